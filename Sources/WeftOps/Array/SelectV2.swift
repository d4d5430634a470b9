import WeftGraph

/// TensorFlow's `SelectV2`: one of two operands for each element, with broadcasting.
public struct SelectV2: PointwiseDefinition {
  public static let typeName = "SelectV2"
  public static let displayName = "select"
  public init() {}
  public var expression: ScalarExpression { .select(.input(0), .input(1), .input(2)) }
  public var inputNames: [String] { ["condition", "true", "false"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let condition = context.input(0, as: Bool.self)
    let g = context.gradient(0)
    let zero = g.number(0, "zeros")
    let whenTrue: Node<S> = apply(SelectV2(), [condition, g, zero])
    let whenFalse: Node<S> = apply(SelectV2(), [condition, zero, g])
    return [
      nil, sumToShape(whenTrue, of: context.operation.inputs[1]),
      sumToShape(whenFalse, of: context.operation.inputs[2]),
    ]
  }
}

/// The element of `x` where the condition holds, else that of `y`, with broadcasting.
///
/// ```swift
/// let safe = select(x .> 0, log(x), y)
/// ```
/// Gradient: to the operand that was taken.
public func select<S: TensorScalar>(
  _ condition: some NodeConvertible<Bool>, _ x: some NodeConvertible<S>,
  _ y: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    SelectV2(), [condition.node, x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
