import WeftGraph

/// TensorFlow's `Pow`.
public struct Pow: PointwiseDefinition {
  public static let typeName = "Pow"
  public init() {}
  public var expression: ScalarExpression { .binary(.power, .input(0), .input(1)) }
  public var inputNames: [String] { ["base", "exponent"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, z) = (context.gradient(0), context.output(0))
    let (x, y) = (context.input(0), context.input(1))
    let base = g * y * pow(x, y - 1)
    // Where x is not positive the logarithm is not taken: the gradient of the exponent is 0 there.
    let positive: Node<Bool> = x .> 0
    let one = x.number(1, "ones")
    let zero = x.number(0, "zeros")
    let safe: Node<S> = apply(SelectV2(), [positive, x, one])
    let logarithm: Node<S> = apply(SelectV2(), [positive, log(safe), zero])
    return sumToShapes(base, g * z * logarithm, of: context)
  }
}

/// x to the power y, with broadcasting.
///
/// Errors: an integer to a negative power fails when it runs. Gradients: y xʸ⁻¹ for x; xʸ log x for y,
/// 0 where x is not positive.
public func pow<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Pow(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// x to a fixed power.
///
/// ```swift
/// let cubed = pow(x, 3)
/// ```
public func pow<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ exponent: S, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let y = x.node.graph.constant(Tensor(exponent), name: "\(name ?? "Pow")/y", at: location)
  return apply(Pow(), [x.node, y], name: name, at: location)
}
