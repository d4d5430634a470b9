import WeftGraph

/// TensorFlow's `Elu`.
public struct Elu: PointwiseDefinition {
  public static let typeName = "Elu"
  public init() {}
  public var expression: ScalarExpression {
    .select(.input(0) .< 0, .unary(.expm1, .input(0)), .input(0))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(EluGrad(), [context.gradient(0), context.output(0)]) as Node<S>]
  }
}

/// TensorFlow's `EluGrad`: gradients (outputs + 1) where the output is negative.
public struct EluGrad: PointwiseDefinition {
  public static let typeName = "EluGrad"
  public init() {}
  public var expression: ScalarExpression {
    .select(.input(1) .< 0, .input(0) * (.input(1) + 1), .input(0))
  }
  public var inputNames: [String] { ["gradients", "outputs"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (dy, y) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(EluGrad(), [g, y])
    let bend: Node<S> = apply(SelectV2(), [y .< 0, g * dy, g.number(0, "zeros")])
    return [direct, bend]
  }
}

/// The exponential linear unit: eˣ - 1 for negative x, else x.
///
/// Gradient: eˣ for negative x, else 1.
public func elu<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Elu(), [x.node], name: name, at: SourceLocation(fileID, line))
}
