import WeftGraph

/// TensorFlow's `Pack`: operands of one shape stacked along a new axis.
public struct Pack: OpDefinition {
  public static let typeName = "Pack"
  public static let displayName = "stack"
  /// The number of operands.
  public let count: Int
  /// The new axis.
  public let axis: Int
  public init(count: Int, axis: Int) {
    self.count = count
    self.axis = axis
  }
  public var attributes: [Attribute] {
    [Attribute("N", .int(count)), Attribute("axis", .int(axis))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard count > 0 else { throw OpFailure("needs an operand") }
    try context.require(count: count)
    try context.requireSameType()
    var shape = TensorShape.unknown
    for input in context.inputs {
      guard let merged = shape.merged(with: input.shape) else {
        throw OpFailure(
          "shapes differ: \(context.inputs[0].shape) and \(input.shape)", code: .invalidShape)
      }
      shape = merged
    }
    guard var dimensions = shape.dimensions else {
      return [TensorType(context.inputs[0].dtype, .unknown)]
    }
    dimensions.insert(count, at: try resolveAxis(axis, rank: dimensions.count + 1))
    return [TensorType(context.inputs[0].dtype, TensorShape(dimensions))]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    guard context.inputs.allSatisfy({ $0.shape.rank == 0 && $0.dtype.isInteger }) else {
      return nil
    }
    return TensorShape(context.inputs.indices.map { context.shapeValue($0)[0] })
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let parts = applyOperation(Unpack(count: count, axis: axis), [context.gradient(0)])
    return (0..<count).map { Node<S>(output: parts.output($0)) }
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let position = try resolveAxis(axis, rank: shape.count + 1)
    var expanded = shape
    expanded.insert(1, at: position)
    var parts: [AnyTensor] = []
    for input in context.inputs {
      guard input.shape == shape else {
        throw OpFailure("shapes differ: \(shape) and \(input.shape)", code: .invalidShape)
      }
      parts.append(try input.viewed(expanded))
    }
    return [try concatenated(parts, axis: position)]
  }
}

/// TensorFlow's `Unpack`: the slices along an axis, which goes.
public struct Unpack: OpDefinition {
  public static let typeName = "Unpack"
  public static let displayName = "unstack"
  /// The number of slices.
  public let count: Int
  /// The axis.
  public let axis: Int
  public init(count: Int, axis: Int) {
    self.count = count
    self.axis = axis
  }
  public var attributes: [Attribute] {
    [Attribute("num", .int(count)), Attribute("axis", .int(axis))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    guard var dimensions = input.shape.dimensions else {
      return Array(repeating: TensorType(input.dtype, .unknown), count: max(count, 0))
    }
    let size = dimensions.remove(at: try resolveAxis(axis, rank: dimensions.count))
    if let size, size != count {
      throw OpFailure(
        "axis \(axis) of \(input.shape) does not give \(count) slices", code: .invalidShape)
    }
    let part = TensorType(input.dtype, TensorShape(dimensions))
    return Array(repeating: part, count: max(count, 0))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let parts = (0..<count).map { partGradient(context, $0) }
    return [apply(Pack(count: count, axis: axis), parts) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let position = try resolveAxis(axis, rank: input.shape.count)
    guard input.shape[position] == count else {
      throw OpFailure(
        "axis \(axis) of \(input.shape) does not give \(count) slices", code: .invalidShape)
    }
    var shape = input.shape
    shape.remove(at: position)
    var slices: [AnyTensor] = []
    for part in try input.split(Array(repeating: 1, count: count), axis: position) {
      slices.append(try part.viewed(shape))
    }
    return slices
  }
}

/// Nodes of one shape stacked along a new axis.
///
/// ```swift
/// stack([x, y, z])           // three of [4, 2] give [3, 4, 2]
/// stack([x, y, z], axis: 1)  // [4, 3, 2]
/// ```
/// Gradient: each operand's slice.
public func stack<S: TensorScalar>(
  _ nodes: [Node<S>], axis: Int = 0, name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  return apply(
    Pack(count: nodes.count, axis: axis), nodes, name: name ?? "stack",
    at: SourceLocation(fileID, line))
}

/// The slices along an axis, which goes.
///
/// - Parameter count: how many there are; needed only where the size of the axis is not known.
///
/// Gradient: the slices' gradients stacked.
public func unstack<S: TensorScalar>(
  _ x: some NodeConvertible<S>, count: Int? = nil, axis: Int = 0, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> [Node<S>] {
  let node = x.node
  let location = SourceLocation(fileID, line)
  guard let size = count ?? node.shape[axis] else {
    if !node.operation.isPoisoned {
      node.graph.report(
        GraphError(
          .invalidShape, "the size of axis \(axis) of \(node.shape) is not known",
          subject: "unstack", location: location, notes: ["give the number of slices: count:"]))
    }
    return []
  }
  let operation = applyOperation(
    Unpack(count: size, axis: axis), [node], name: name ?? "unstack", at: location)
  return (0..<size).map { Node(output: operation.output($0)) }
}
