import WeftGraph

/// TensorFlow's `DynamicStitch`: rows of several operands put where their indices say; of several for
/// one place the last stays.
public struct DynamicStitch: OpDefinition {
  public static let typeName = "DynamicStitch"
  /// The number of operands; inputs are all indices, then all data.
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("N", .int(count))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard count > 0 else { throw OpFailure("needs an operand") }
    try context.require(count: 2 * count)
    try context.requireSameType(Array(count..<2 * count))
    var rest = TensorShape.unknown
    var rows: Int? = 0
    for index in 0..<count {
      try context.require(index, dtypes: [.int32])
      let (ids, data) = (context.inputs[index].shape, context.inputs[count + index].shape)
      if let highest = context.integers(index)?.max() {
        rows = rows.map { max($0, highest + 1) }
      } else if ids.elementCount != 0 {
        rows = nil
      }
      guard let a = ids.dimensions, let b = data.dimensions else { continue }
      guard a.count <= b.count, ids.isCompatible(with: TensorShape(Array(b.prefix(a.count)))),
        let merged = rest.merged(with: TensorShape(Array(b.dropFirst(a.count))))
      else {
        throw OpFailure(
          "indices of shape \(ids) do not fit data of shape \(data)", code: .invalidShape)
      }
      rest = merged
    }
    return [TensorType(context.inputs[count].dtype, TensorShape([rows]).appending(rest))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let g = context.gradient(0)
    let axis = g.graph.index(0, name: "Const", at: nil)
    let none = (0..<count).map { _ -> (any AnyNode)? in nil }
    let rows = (0..<count).map { index -> (any AnyNode)? in
      let parts: [any AnyNode] = [g, Node<Int32>(output: inputs[index]), axis]
      return apply(GatherV2(), parts) as Node<S>
    }
    return none + rows
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let numbers = (0..<count).map { context.inputs[$0].integers }
    if let bad = numbers.joined().first(where: { $0 < 0 }) {
      throw OpFailure("index \(bad) is negative")
    }
    let first = context.inputs[count].shape.dropFirst(context.inputs[0].shape.count)
    let shape = [(numbers.joined().max() ?? -1) + 1] + first
    let total = try checkedCount(shape)
    let width = first.reduce(1, *)
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      var scalars = [S](repeating: S.zeroValue, count: total)
      for index in 0..<count {
        let data = try context.input(count + index, as: S.self).scalars
        guard data.count == numbers[index].count * width else {
          throw OpFailure("indices and data \(index) do not fit", code: .invalidShape)
        }
        for (row, place) in numbers[index].enumerated() {
          for column in 0..<width { scalars[place * width + column] = data[row * width + column] }
        }
      }
      return try hostTensor(shape, scalars)
    }
    return [try open(context.inputs[count].dtype.scalarType)]
  }
}

/// TensorFlow's `DynamicPartition`: rows dealt out to several outputs by number.
public struct DynamicPartition: OpDefinition {
  public static let typeName = "DynamicPartition"
  /// The number of outputs.
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("num_partitions", .int(count))] }
  public var inputNames: [String] { ["data", "partitions"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32])
    guard count > 0 else { throw OpFailure("cannot deal out to \(count) parts") }
    let (data, numbers) = (context.inputs[0], context.inputs[1])
    var shape = TensorShape.unknown
    if let dimensions = data.shape.dimensions, let rank = numbers.shape.rank {
      guard rank <= dimensions.count,
        numbers.shape.isCompatible(with: TensorShape(Array(dimensions.prefix(rank))))
      else {
        throw OpFailure(
          "numbers of shape \(numbers.shape) do not begin the shape \(data.shape)",
          code: .invalidShape)
      }
      shape = TensorShape([nil] + dimensions.dropFirst(rank))
    }
    return Array(repeating: TensorType(data.dtype, shape), count: count)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let graph = context.operation.graph
    let numbers = Node<Int32>(output: inputs[1])
    let zero = graph.index(0, name: "Const", at: nil)
    let one = graph.index(1, name: "Const", at: nil)
    let total: Node<Int32> = apply(Size(dtype: .int32), [numbers])
    let order: Node<Int32> = apply(RangeDefinition(), [zero, total, one])
    let dealt = applyOperation(DynamicPartition(count: count), [order, flattened(numbers)])
    let places = (0..<count).map { Node<Int32>(output: dealt.output($0)) as any AnyNode }
    let parts = (0..<count).map { partGradient(context, $0) }
    let rows: Node<S> = apply(DynamicStitch(count: count), places + parts)
    return [reshapeLike(rows, inputs[0]), nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let data = context.inputs[0]
    let rest = Array(data.shape.dropFirst(context.inputs[1].shape.count))
    let width = rest.reduce(1, *)
    var rows = [[Int]](repeating: [], count: count)
    for (row, part) in context.inputs[1].integers.enumerated() {
      guard part >= 0, part < count else {
        throw OpFailure("number \(part) is not below \(count)")
      }
      rows[part].append(row)
    }
    var parts: [AnyTensor] = []
    for part in rows {
      let positions = part.flatMap { row in row * width..<(row + 1) * width }
      parts.append(try data.picking(positions, shape: [part.count] + rest))
    }
    return parts
  }
}

/// Rows dealt out to several tensors by number; their sizes depend on the numbers.
///
/// Errors, when it runs: a number that is not below the count. Gradient: put back in place.
public func dynamicPartition<S: TensorScalar>(
  _ x: some NodeConvertible<S>, partitions: some NodeConvertible<Int32>, count: Int,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> [Node<S>] {
  let operation = applyOperation(
    DynamicPartition(count: count), [x.node, partitions.node], name: name,
    at: SourceLocation(fileID, line))
  return (0..<max(count, 0)).map { Node(output: operation.output($0)) }
}

/// Rows of several tensors put where their indices say: the inverse of ``dynamicPartition``.
///
/// Of several rows for one place the last stays; a place that none names holds zeros. Gradient: each
/// operand's rows.
public func dynamicStitch<S: TensorScalar>(
  indices: [Node<Int32>], _ data: [Node<S>], name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  precondition(!indices.isEmpty && indices.count == data.count, "as many indices as data")
  let inputs: [any AnyNode] = indices + data
  return apply(
    DynamicStitch(count: data.count), inputs, name: name, at: SourceLocation(fileID, line))
}
