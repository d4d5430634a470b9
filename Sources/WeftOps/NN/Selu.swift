import WeftGraph

// The constants make 0 mean and unit variance a fixed point: Klambauer et al., "Self-Normalizing
// Neural Networks", 2017.
private let seluScale = 1.0507009873554804934193349852946
private let seluAlpha = 1.6732632423543772848170429916717

/// TensorFlow's `Selu`. It takes eˣ - 1 literally, so that numbers just below 0 fall on the same side of
/// the bend as they do there.
public struct Selu: PointwiseDefinition {
  public static let typeName = "Selu"
  public init() {}
  public var expression: ScalarExpression {
    .select(
      .input(0) .< 0, .constant(seluScale * seluAlpha) * (.unary(.exp, .input(0)) - 1),
      .constant(seluScale) * .input(0))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(SeluGrad(), [context.gradient(0), context.output(0)]) as Node<S>]
  }
}

/// TensorFlow's `SeluGrad`.
public struct SeluGrad: PointwiseDefinition {
  public static let typeName = "SeluGrad"
  public init() {}
  public var expression: ScalarExpression {
    .select(
      .input(1) .< 0, .input(0) * (.input(1) + .constant(seluScale * seluAlpha)),
      .input(0) * .constant(seluScale))
  }
  public var inputNames: [String] { ["gradients", "outputs"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (dy, y) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(SeluGrad(), [g, y])
    let bend: Node<S> = apply(SelectV2(), [y .< 0, g * dy, g.number(0, "zeros")])
    return [direct, bend]
  }
}

/// The scaled exponential linear unit: λ x, for negative x λ α (eˣ - 1), with λ = 1.0507 and
/// α = 1.6733.
///
/// Gradient: λ, for negative x λ α eˣ.
public func selu<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Selu(), [x.node], name: name, at: SourceLocation(fileID, line))
}
