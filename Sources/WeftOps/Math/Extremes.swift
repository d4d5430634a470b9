import WeftGraph

/// TensorFlow's `Maximum`.
public struct Maximum: PointwiseDefinition {
  public static let typeName = "Maximum"
  public init() {}
  public var expression: ScalarExpression { .binary(.maximum, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    splitByComparison(GreaterEqual(), context)
  }
}

/// TensorFlow's `Minimum`.
public struct Minimum: PointwiseDefinition {
  public static let typeName = "Minimum"
  public init() {}
  public var expression: ScalarExpression { .binary(.minimum, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    splitByComparison(LessEqual(), context)
  }
}

/// The gradient to the operand that the comparison chooses: ties go to the first.
private func splitByComparison<S: FloatingScalar>(
  _ comparison: any OpDefinition, _ context: GradientContext<S>
) -> [(any AnyNode)?] {
  let g = context.gradient(0)
  let zero = g.number(0, "zeros")
  let first: Node<Bool> = apply(comparison, [context.input(0), context.input(1)])
  let left: Node<S> = apply(SelectV2(), [first, g, zero])
  let right: Node<S> = apply(SelectV2(), [first, zero, g])
  return sumToShapes(left, right, of: context)
}

/// The larger of two elements, with broadcasting; NaN if either is.
///
/// Gradient: to the larger operand; at a tie to the first.
public func maximum<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Maximum(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// The larger of each element and a number.
public func maximum<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ bound: S, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let y = x.node.graph.constant(Tensor(bound), name: "\(name ?? "Maximum")/y", at: location)
  return apply(Maximum(), [x.node, y], name: name, at: location)
}

/// The smaller of two elements, with broadcasting; NaN if either is.
///
/// Gradient: to the smaller operand; at a tie to the first.
public func minimum<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Minimum(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// The smaller of each element and a number.
public func minimum<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ bound: S, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let y = x.node.graph.constant(Tensor(bound), name: "\(name ?? "Minimum")/y", at: location)
  return apply(Minimum(), [x.node, y], name: name, at: location)
}
