import WeftGraph

/// TensorFlow's `SquaredDifference`.
public struct SquaredDifference: PointwiseDefinition {
  public static let typeName = "SquaredDifference"
  public init() {}
  public var expression: ScalarExpression { .unary(.square, .input(0) - .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let slope = 2 * context.gradient(0) * (context.input(0) - context.input(1))
    return sumToShapes(slope, -slope, of: context)
  }
}

/// The square of the difference: (x - y)², with broadcasting.
///
/// Gradients: 2 (x - y) and -2 (x - y).
public func squaredDifference<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SquaredDifference(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
