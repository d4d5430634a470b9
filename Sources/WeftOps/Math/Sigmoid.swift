import WeftGraph

/// TensorFlow's `Sigmoid`.
public struct Sigmoid: PointwiseDefinition {
  public static let typeName = "Sigmoid"
  public init() {}
  public var expression: ScalarExpression { .unary(.sigmoid, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(SigmoidGrad(), [context.output(0), context.gradient(0)]) as Node<S>]
  }
}

/// TensorFlow's `SigmoidGrad`: dy y (1 - y), where y = sigmoid(x).
public struct SigmoidGrad: PointwiseDefinition {
  public static let typeName = "SigmoidGrad"
  public init() {}
  public var expression: ScalarExpression { .input(1) * .input(0) * (1 - .input(0)) }
  public var inputNames: [String] { ["y", "dy"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (y, dy) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let product = g * dy
    let direct: Node<S> = apply(SigmoidGrad(), [y, g])
    return [product - 2 * product * y, direct]
  }
}

/// The logistic function: 1 / (1 + e⁻ˣ).
///
/// ```swift
/// let probability = sigmoid(logits)
/// ```
/// Gradient: y (1 - y).
public func sigmoid<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Sigmoid(), [x.node], name: name, at: SourceLocation(fileID, line))
}
