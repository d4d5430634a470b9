import WeftGraph

/// TensorFlow's `Relu6`.
public struct Relu6: PointwiseDefinition {
  public static let typeName = "Relu6"
  public init() {}
  public var expression: ScalarExpression { .binary(.minimum, .binary(.maximum, .input(0), 0), 6) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(Relu6Grad(), [context.gradient(0), context.input(0)]) as Node<S>]
  }
}

/// TensorFlow's `Relu6Grad`: the gradient where the feature is between 0 and 6, else 0.
public struct Relu6Grad: PointwiseDefinition {
  public static let typeName = "Relu6Grad"
  public init() {}
  public var expression: ScalarExpression {
    .select(
      .binary(.logicalAnd, .input(1) .> 0, .input(1) .< 6), .input(0), 0)
  }
  public var inputNames: [String] { ["gradients", "features"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(Relu6Grad(), [context.gradient(0), context.input(1)]) as Node<S>, nil]
  }
}

/// The rectified linear unit with a ceiling: min(max(x, 0), 6).
///
/// Gradient: 1 where 0 < x < 6, else 0.
public func relu6<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Relu6(), [x.node], name: name, at: SourceLocation(fileID, line))
}
