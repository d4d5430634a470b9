import WeftGraph

/// TensorFlow's `Abs`.
public struct Abs: PointwiseDefinition {
  public static let typeName = "Abs"
  public init() {}
  public var expression: ScalarExpression { .unary(.abs, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * sign(context.input(0))]
  }
}

/// TensorFlow's `Sign`.
public struct Sign: PointwiseDefinition {
  public static let typeName = "Sign"
  public init() {}
  public var expression: ScalarExpression { .unary(.sign, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [zeros(like: context.input(0))]
  }
}

/// The magnitude: |x|.
///
/// Gradient: sign(x); 0 at 0.
public func abs<S: NumericScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Abs(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// -1, 0 or 1, as the element is negative, zero or positive; NaN stays NaN.
///
/// Gradient: 0.
public func sign<S: NumericScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Sign(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// Zeros of the shape that a node has when it runs: the gradient of a step function.
func zeros<S: TensorScalar>(like x: Node<S>) -> Node<S> {
  let zero = x.graph.constant(Tensor(S.zeroValue), name: "zeros_like/Const", at: nil)
  if x.shape.rank == 0 { return zero }
  return apply(BroadcastTo(), [zero, shapeNode(x.output)], name: "zeros_like")
}
