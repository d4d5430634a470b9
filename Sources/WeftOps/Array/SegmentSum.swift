import WeftGraph

/// TensorFlow's `UnsortedSegmentSum`: rows added up by the number of their segment, in any order;
/// rows of a negative number are left out.
public struct UnsortedSegmentSum: OpDefinition {
  public static let typeName = "UnsortedSegmentSum"
  public init() {}
  public var inputNames: [String] { ["data", "segment_ids", "num_segments"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64, .uint8])
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(2, dtypes: [.int32, .int64])
    try context.require(2, rank: 0)
    let (data, ids) = (context.inputs[0], context.inputs[1])
    if let segments = context.integer(2), segments < 0 {
      throw OpFailure("there cannot be \(segments) segments")
    }
    guard let dimensions = data.shape.dimensions, let rank = ids.shape.rank else {
      return [TensorType(data.dtype, .unknown)]
    }
    guard rank <= dimensions.count,
      ids.shape.isCompatible(with: TensorShape(Array(dimensions.prefix(rank))))
    else {
      throw OpFailure(
        "segment numbers of shape \(ids.shape) do not begin the shape \(data.shape)",
        code: .invalidShape)
    }
    let segments = context.shapeValue(2).dimensions?.first ?? nil
    return [TensorType(data.dtype, TensorShape([segments] + dimensions.dropFirst(rank)))]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let ids = int32Node(context.operation.inputs[1])
    return [apply(GatherOrZero(), [context.gradient(0), ids]) as Node<S>, nil, nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    guard let type = context.inputs[0].dtype.numericType else {
      throw OpFailure("sums are not defined for \(context.inputs[0].dtype)", code: .invalidType)
    }
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let ids = context.inputs[1].integers
      let segments = try context.inputs[2].singleInteger("the number of segments")
      let shape = [segments] + context.inputs[0].shape.dropFirst(context.inputs[1].shape.count)
      var sums = [S](repeating: S.zeroValue, count: try checkedCount(shape))
      let data = try context.input(0, as: S.self).scalars
      let width = shape.dropFirst().reduce(1, *)
      guard data.count == ids.count * width else {
        throw OpFailure("segment numbers do not fit the data", code: .invalidShape)
      }
      for (row, id) in ids.enumerated() where id >= 0 {
        guard id < segments else {
          throw OpFailure("segment number \(id) is not below \(segments)")
        }
        for column in 0..<width {
          let position = id * width + column
          sums[position] = S.wrappingAdd(sums[position], data[row * width + column])
        }
      }
      return try hostTensor(shape, sums)
    }
    return [try open(type)]
  }
}

/// Rows of input 0 by number, zeros for a negative number: the gradient of a segment sum.
public struct GatherOrZero: OpDefinition {
  public static let typeName = "WeftGatherOrZero"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    let (rows, ids) = (context.inputs[0], context.inputs[1])
    guard let dimensions = rows.shape.dimensions, !dimensions.isEmpty else {
      return [TensorType(rows.dtype, .unknown)]
    }
    return [
      TensorType(rows.dtype, ids.shape.appending(TensorShape(Array(dimensions.dropFirst()))))
    ]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [
      context.gradient(0), int32Node(inputs[1]), shapeNode(inputs[0])[0],
    ]
    return [apply(UnsortedSegmentSum(), parts) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let rows = context.inputs[0]
    guard let count = rows.shape.first else { throw OpFailure("needs rows") }
    let width = rows.shape.dropFirst().reduce(1, *)
    var positions: [Int] = []
    for id in context.inputs[1].integers {
      guard id < count else { throw OpFailure("row \(id) is not below \(count)") }
      positions += (0..<width).map { id < 0 ? -1 : id * width + $0 }
    }
    return [try rows.picking(positions, shape: context.inputs[1].shape + rows.shape.dropFirst())]
  }
}

/// TensorFlow's `SegmentSum`: rows added up by the number of their segment, in rising order.
public struct SegmentSum: OpDefinition {
  public static let typeName = "SegmentSum"
  public init() {}
  public var inputNames: [String] { ["data", "segment_ids"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64, .uint8])
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 1)
    let data = context.inputs[0]
    guard let dimensions = data.shape.dimensions else { return [TensorType(data.dtype, .unknown)] }
    guard let first = dimensions.first, context.inputs[1].shape.isCompatible(with: [first]) else {
      throw OpFailure(
        "\(context.inputs[1].shape) segment numbers for data of shape \(data.shape)",
        code: .invalidShape)
    }
    let segments = context.integers(1).map { ($0.last ?? -1) + 1 }
    return [TensorType(data.dtype, TensorShape([segments] + dimensions.dropFirst()))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let ids = int32Node(context.operation.inputs[1])
    return [apply(GatherOrZero(), [context.gradient(0), ids]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let ids = context.inputs[1].integers
    guard ids == ids.sorted(), (ids.first ?? 0) >= 0 else {
      throw OpFailure("segment numbers must not fall: \(ids.prefix(8))")
    }
    let segments = AnyTensor(Tensor(Int64((ids.last ?? -1) + 1)))
    let inputs = [context.inputs[0], context.inputs[1], segments]
    return try UnsortedSegmentSum().evaluate(
      EvaluationContext(inputs: inputs, outputTypes: context.outputTypes))
  }
}

/// Rows added up by the number of their segment, in any order; rows of a negative number are left
/// out.
///
/// ```swift
/// unsortedSegmentSum(x, segments: ids, count: 4)  // [n, 2] and [n] give [4, 2]
/// ```
/// Errors, when it runs: a number that is not below the count. Gradient: the segment's, for each row.
public func unsortedSegmentSum<S: NumericScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, segments: some NodeConvertible<I>, count: Int,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let number = x.node.graph.index(
    count, name: "\(name ?? "UnsortedSegmentSum")/num_segments", at: location)
  return apply(
    UnsortedSegmentSum(), [x.node, segments.node, number], name: name, at: location)
}

/// Rows added up by the number of their segment, which must not fall from row to row.
public func segmentSum<S: NumericScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, segments: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SegmentSum(), [x.node, segments.node], name: name, at: SourceLocation(fileID, line))
}
