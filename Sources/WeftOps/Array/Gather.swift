import WeftGraph

/// TensorFlow's `GatherV2`: slices along an axis, which is input 2, by number.
public struct GatherV2: OpDefinition {
  public static let typeName = "GatherV2"
  public static let displayName = "gather"
  public init() {}
  public var attributes: [Attribute] { [Attribute("batch_dims", .int(0))] }
  public var inputNames: [String] { ["params", "indices", "axis"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(2, dtypes: [.int32, .int64])
    let (params, indices) = (context.inputs[0], context.inputs[1])
    guard let dimensions = params.shape.dimensions, let inner = indices.shape.dimensions else {
      return [TensorType(params.dtype, .unknown)]
    }
    if dimensions.isEmpty { throw OpFailure("cannot gather from a scalar", code: .invalidShape) }
    guard let given = context.integer(2) else {
      return [TensorType(params.dtype, .unknown(rank: dimensions.count + inner.count - 1))]
    }
    let axis = try resolveAxis(given, rank: dimensions.count)
    let shape = Array(dimensions[..<axis]) + inner + dimensions[(axis + 1)...]
    return [TensorType(params.dtype, TensorShape(shape))]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    gatheredShape(context)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    guard let rank = inputs[0].type?.shape.rank,
      let given = inputs[2].operation.definition.constantValue?.integers.first,
      let axis = try? resolveAxis(given, rank: rank)
    else { return nil }
    if axis == 0 { return [scatteredRows(context), nil, nil] }
    // Bring the axis to the front, add the rows up there, and bring it back.
    let graph = context.operation.graph
    let shape = shapeNode(inputs[0])
    let count: Node<Int32> = apply(Size(dtype: .int32), [Node<Int32>(output: inputs[1])])
    let single: Node<Int32> = apply(Pack(count: 1, axis: 0), [count])
    let parts: [Node<Int32>] = [shape[..<axis], single, shape[(axis + 1)...]]
    let flatShape = joined(parts)
    let flat: Node<S> = apply(Reshape(), [context.gradient(0), flatShape])
    let others = (0..<rank).filter { $0 != axis }
    let forward = graph.indices([axis] + others, name: "transpose/perm", at: nil)
    let back = graph.indices(
      Array(1...axis) + [0] + Array(axis + 1..<rank), name: "transpose/perm", at: nil)
    let front: Node<S> = apply(Transpose(), [flat, forward])
    let sums: Node<S> = apply(
      UnsortedSegmentSum(), [front, flattened(int32Node(inputs[1])), shape[axis]])
    return [apply(Transpose(), [sums, back]) as Node<S>, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (params, indices) = (context.inputs[0], context.inputs[1])
    let given = try context.inputs[2].singleInteger("the axis")
    let axis = try resolveAxis(given, rank: params.shape.count)
    return [try params.gathering(indices, axis: axis)]
  }
}

/// TensorFlow's `Gather`: rows by number.
public struct Gather: OpDefinition {
  public static let typeName = "Gather"
  public init() {}
  public var inputNames: [String] { ["params", "indices"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    let (params, indices) = (context.inputs[0], context.inputs[1])
    guard let dimensions = params.shape.dimensions else {
      return [TensorType(params.dtype, .unknown)]
    }
    if dimensions.isEmpty { throw OpFailure("cannot gather from a scalar", code: .invalidShape) }
    let rest = TensorShape(Array(dimensions.dropFirst()))
    return [TensorType(params.dtype, indices.shape.appending(rest))]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? { gatheredShape(context) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [scatteredRows(context), nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    guard !context.inputs[0].shape.isEmpty else { throw OpFailure("cannot gather from a scalar") }
    return [try context.inputs[0].gathering(context.inputs[1], axis: 0)]
  }
}

/// Elements of a shape gathered by constant numbers.
private func gatheredShape(_ context: InferenceContext) -> TensorShape? {
  guard context.inputs[0].shape.rank == 1, context.inputs[1].shape.rank ?? 2 <= 1,
    let values = context.shapeValue(0).dimensions, let numbers = context.integers(1),
    numbers.allSatisfy({ values.indices.contains($0) })
  else { return nil }
  return TensorShape(numbers.map { values[$0] })
}

/// The gradient of gathered rows: added up where they came from.
private func scatteredRows<S: FloatingScalar>(_ context: GradientContext<S>) -> any AnyNode {
  let inputs = context.operation.inputs
  let shape = shapeNode(inputs[0])
  let ids = int32Node(inputs[1])
  let count: Node<Int32> = apply(Size(dtype: .int32), [ids])
  let single: Node<Int32> = apply(Pack(count: 1, axis: 0), [count])
  let rows: Node<S> = apply(Reshape(), [context.gradient(0), joined([single, shape[1...]])])
  return apply(UnsortedSegmentSum(), [rows, flattened(ids), shape[0]]) as Node<S>
}

/// Integer vectors one after the other.
func joined(_ parts: [Node<Int32>]) -> Node<Int32> {
  let axis = parts[0].graph.index(0, name: "concat/axis", at: nil)
  return apply(ConcatV2(count: parts.count), parts + [axis])
}

/// The elements as a vector.
func flattened<S: TensorScalar>(_ x: Node<S>) -> Node<S> {
  apply(Reshape(), [x, x.graph.indices([-1], name: "Reshape/shape", at: nil)])
}

extension AnyTensor {
  /// Slices along an axis by number.
  func gathering(_ indices: AnyTensor, axis: Int) throws(OpFailure) -> AnyTensor {
    let size = shape[axis]
    let numbers = indices.integers
    if let bad = numbers.first(where: { $0 < 0 || $0 >= size }) {
      throw OpFailure("index \(bad) is outside an axis of size \(size)")
    }
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var positions: [Int] = []
    for block in 0..<outer {
      for number in numbers {
        let start = (block * size + number) * inner
        positions += start..<start + inner
      }
    }
    let result = Array(shape[..<axis]) + indices.shape + shape[(axis + 1)...]
    return try picking(positions, shape: result)
  }
}

/// Slices along an axis by number: rows by default, as an embedding looks its words up.
///
/// ```swift
/// let vectors = gather(embeddings, words)  // [10000, 64] and [n, 5] give [n, 5, 64]
/// ```
/// Errors, when it runs: a number outside the axis. Gradient: added up where the slices came from.
public func gather<S: TensorScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, _ indices: some NodeConvertible<I>, axis: Int = 0,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let position = x.node.graph.index(axis, name: "\(name ?? "GatherV2")/axis", at: location)
  return apply(GatherV2(), [x.node, indices.node, position], name: name, at: location)
}
