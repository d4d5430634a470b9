import WeftGraph

/// TensorFlow's `Softplus`.
public struct Softplus: PointwiseDefinition {
  public static let typeName = "Softplus"
  public init() {}
  public var expression: ScalarExpression { .unary(.softplus, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(SoftplusGrad(), [context.gradient(0), context.input(0)]) as Node<S>]
  }
}

/// TensorFlow's `SoftplusGrad`: gradients / (1 + exp(-features)).
public struct SoftplusGrad: PointwiseDefinition {
  public static let typeName = "SoftplusGrad"
  public init() {}
  public var expression: ScalarExpression { .input(0) * .unary(.sigmoid, .input(1)) }
  public var inputNames: [String] { ["gradients", "features"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (dy, x) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(SoftplusGrad(), [g, x])
    return [direct, g * dy / (exp(-x) + 2 + exp(x))]
  }
}

/// A smooth rectifier: log(1 + eˣ).
///
/// Gradient: sigmoid(x).
public func softplus<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Softplus(), [x.node], name: name, at: SourceLocation(fileID, line))
}
