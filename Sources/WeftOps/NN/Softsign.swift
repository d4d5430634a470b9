import WeftGraph

/// TensorFlow's `Softsign`.
public struct Softsign: PointwiseDefinition {
  public static let typeName = "Softsign"
  public init() {}
  public var expression: ScalarExpression { .input(0) / (1 + .unary(.abs, .input(0))) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(SoftsignGrad(), [context.gradient(0), context.input(0)]) as Node<S>]
  }
}

/// TensorFlow's `SoftsignGrad`: gradients / (1 + |features|)².
public struct SoftsignGrad: PointwiseDefinition {
  public static let typeName = "SoftsignGrad"
  public init() {}
  public var expression: ScalarExpression {
    .input(0) / .unary(.square, 1 + .unary(.abs, .input(1)))
  }
  public var inputNames: [String] { ["gradients", "features"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (dy, x) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(SoftsignGrad(), [g, x])
    let slope = -2 * g * dy * sign(x)
    return [direct, slope / pow(1 + abs(x), 3)]
  }
}

/// x / (1 + |x|), between -1 and 1.
///
/// Gradient: 1 / (1 + |x|)².
public func softsign<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Softsign(), [x.node], name: name, at: SourceLocation(fileID, line))
}
