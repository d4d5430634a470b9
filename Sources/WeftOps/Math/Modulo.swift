import WeftGraph

/// TensorFlow's `FloorMod`: the remainder with the sign of the divisor.
public struct FloorMod: PointwiseDefinition {
  public static let typeName = "FloorMod"
  public init() {}
  public var expression: ScalarExpression { .binary(.floorModulo, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let quotient: Node<S> = apply(FloorDiv(), [context.input(0), context.input(1)])
    return sumToShapes(g, -g * quotient, of: context)
  }
}

/// TensorFlow's `Mod`: the remainder with the sign of the dividend, as in C.
public struct Mod: PointwiseDefinition {
  public static let typeName = "Mod"
  public init() {}
  public var expression: ScalarExpression { .binary(.truncateModulo, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    truncateModuloGradients(context)
  }
}

/// TensorFlow's `TruncateMod`: the remainder with the sign of the dividend.
public struct TruncateMod: PointwiseDefinition {
  public static let typeName = "TruncateMod"
  public init() {}
  public var expression: ScalarExpression { .binary(.truncateModulo, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    truncateModuloGradients(context)
  }
}

private func truncateModuloGradients<S: FloatingScalar>(_ context: GradientContext<S>)
  -> [(any AnyNode)?]?
{
  let g = context.gradient(0)
  let ratio = context.input(0) / context.input(1)
  let quotient = sign(ratio) * floor(abs(ratio))
  return sumToShapes(g, -g * quotient, of: context)
}

/// The remainder with the sign of the divisor: x - floor(x / y) y.
///
/// Errors: an integer divided by zero fails when it runs. Gradients: 1 and -floor(x / y).
public func floorMod<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(FloorMod(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// The remainder with the sign of the dividend: x - trunc(x / y) y.
///
/// Errors: an integer divided by zero fails when it runs. Gradients: 1 and -trunc(x / y).
public func truncateMod<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(TruncateMod(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
