import WeftGraph

/// TensorFlow's `Relu`.
public struct Relu: PointwiseDefinition {
  public static let typeName = "Relu"
  public init() {}
  public var expression: ScalarExpression { .binary(.maximum, .input(0), 0) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(ReluGrad(), [context.gradient(0), context.output(0)]) as Node<S>]
  }
}

/// TensorFlow's `ReluGrad`: the gradient where the feature is positive, else 0.
public struct ReluGrad: PointwiseDefinition {
  public static let typeName = "ReluGrad"
  public init() {}
  public var expression: ScalarExpression { .select(.input(1) .> 0, .input(0), 0) }
  public var inputNames: [String] { ["gradients", "features"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(ReluGrad(), [context.gradient(0), context.input(1)]) as Node<S>, nil]
  }
}

/// The rectified linear unit: max(x, 0).
///
/// ```swift
/// let hidden = relu(matmul(x, w) + b)
/// ```
/// Gradient: 1 where x > 0, else 0; at 0 it is 0.
public func relu<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Relu(), [x.node], name: name, at: SourceLocation(fileID, line))
}
