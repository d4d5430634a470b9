import WeftGraph

/// TensorFlow's `UnsortedSegmentMax`: the largest of each segment; the lowest number where a segment
/// is empty.
public struct UnsortedSegmentMax: OpDefinition {
  public static let typeName = "UnsortedSegmentMax"
  public init() {}
  public var inputNames: [String] { ["data", "segment_ids", "num_segments"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try UnsortedSegmentSum().outputTypes(context)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let ids = int32Node(inputs[1])
    return [
      sharedAmongTies(context, ids, count: int32Node(inputs[2])), nil, nil,
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    guard let type = context.inputs[0].dtype.numericType else { throw OpFailure("needs numbers") }
    let segments = try context.inputs[2].singleInteger("the number of segments")
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      try reducedSegments(context, segments) { (values: [S]) in
        values.reduce(S.lowestFinite) { $0 > $1 ? $0 : $1 }
      }
    }
    return try open(type)
  }
}

extension NumericScalar {
  /// The lowest number of the type that is not infinite.
  fileprivate static var lowestFinite: Self {
    switch dtype {
    case .float32: Self(converting: -Double(Float.greatestFiniteMagnitude))
    case .float64: Self(converting: -Double.greatestFiniteMagnitude)
    default: lowest
    }
  }
}

/// TensorFlow's `SegmentMax`: the largest of each segment, in rising order; 0 where one is empty.
public struct SegmentMax: OpDefinition {
  public static let typeName = "SegmentMax"
  public init() {}
  public var inputNames: [String] { ["data", "segment_ids"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try SegmentSum().outputTypes(context)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let ids = int32Node(context.operation.inputs[1])
    let count = shapeNode(context.operation.output(0))[0]
    return [sharedAmongTies(context, ids, count: count), nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    guard let type = context.inputs[0].dtype.numericType else { throw OpFailure("needs numbers") }
    let segments = try risingSegments(context)
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      try reducedSegments(context, segments) { (values: [S]) in values.max() ?? S.zeroValue }
    }
    return try open(type)
  }
}

/// TensorFlow's `SegmentMean`: the mean of each segment, in rising order; 0 where one is empty.
public struct SegmentMean: OpDefinition {
  public static let typeName = "SegmentMean"
  public init() {}
  public var inputNames: [String] { ["data", "segment_ids"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try SegmentSum().outputTypes(context)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let ids = int32Node(context.operation.inputs[1])
    let count = shapeNode(context.operation.output(0))[0]
    let ones: Node<S> = apply(OnesLike(), [context.input(0)])
    let sizes: Node<S> = apply(UnsortedSegmentSum(), [ones, ids, count])
    // Each row of an empty segment counts 0; none of them is gathered.
    let share = context.gradient(0) / sizes
    return [apply(GatherOrZero(), [share, ids]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    guard let type = context.inputs[0].dtype.numericType else { throw OpFailure("needs numbers") }
    let segments = try risingSegments(context)
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      try reducedSegments(context, segments) { (values: [S]) in
        let total = values.reduce(0) { $0 + $1.asDouble }
        return S(converting: values.isEmpty ? 0 : total / Double(values.count))
      }
    }
    return try open(type)
  }
}

/// TensorFlow's `SegmentProd`: the product of each segment, in rising order; 1 where one is empty. It
/// has no gradient.
public struct SegmentProd: OpDefinition {
  public static let typeName = "SegmentProd"
  public init() {}
  public var inputNames: [String] { ["data", "segment_ids"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try SegmentSum().outputTypes(context)
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    guard let type = context.inputs[0].dtype.numericType else { throw OpFailure("needs numbers") }
    let segments = try risingSegments(context)
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      try reducedSegments(context, segments) { (values: [S]) in
        if S.dtype.isInteger {
          return values.reduce(S(converting: 1)) { .wrappingMultiply($0, $1) }
        }
        return S(converting: values.reduce(1) { $0 * $1.asDouble })
      }
    }
    return try open(type)
  }
}

/// The gradient of a segment's largest number: shared by all equal to it.
private func sharedAmongTies<S: FloatingScalar>(
  _ context: GradientContext<S>, _ ids: Node<Int32>, count: Node<Int32>
) -> Node<S> {
  let largest: Node<S> = apply(GatherOrZero(), [context.output(0), ids])
  let isLargest: Node<Bool> = apply(Equal(), [context.input(0), largest])
  let marks: Node<S> = apply(Cast(to: S.dtype), [isLargest])
  let ties: Node<S> = apply(UnsortedSegmentSum(), [marks, ids, count])
  let share: Node<S> = apply(GatherOrZero(), [context.gradient(0) / ties, ids])
  let zeros: Node<S> = apply(ZerosLike(), [share])
  return apply(SelectV2(), [isLargest, share, zeros])
}

/// The number of segments that rising numbers name.
private func risingSegments(_ context: EvaluationContext) throws(OpFailure) -> Int {
  let ids = context.inputs[1].integers
  guard ids == ids.sorted(), (ids.first ?? 0) >= 0 else {
    throw OpFailure("segment numbers must not fall: \(ids.prefix(8))")
  }
  return (ids.last ?? -1) + 1
}

/// The rows of each segment reduced column by column; rows of a negative number are left out.
private func reducedSegments<S: NumericScalar>(
  _ context: EvaluationContext, _ segments: Int, _ reduce: ([S]) -> S
) throws(OpFailure) -> [AnyTensor] {
  let ids = context.inputs[1].integers
  let rest = context.inputs[0].shape.dropFirst(context.inputs[1].shape.count)
  let width = rest.reduce(1, *)
  let data = try context.input(0, as: S.self).scalars
  let count = try checkedCount([segments] + rest)
  guard data.count == ids.count * width else {
    throw OpFailure("segment numbers do not fit the data", code: .invalidShape)
  }
  var groups = [[S]](repeating: [], count: count)
  for (row, id) in ids.enumerated() where id >= 0 {
    guard id < segments else { throw OpFailure("segment number \(id) is not below \(segments)") }
    for column in 0..<width { groups[id * width + column].append(data[row * width + column]) }
  }
  return [try hostTensor([segments] + rest, groups.map(reduce))]
}

/// The largest of each segment, whose numbers may come in any order; rows of a negative number are
/// left out. Gradient: shared by all that equal the largest.
public func unsortedSegmentMax<S: NumericScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, segments: some NodeConvertible<I>, count: Int,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let number = x.node.graph.index(
    count, name: "\(name ?? "UnsortedSegmentMax")/num_segments", at: location)
  return apply(
    UnsortedSegmentMax(), [x.node, segments.node, number], name: name, at: location)
}

/// The largest of each segment; the numbers must not fall from row to row.
public func segmentMax<S: NumericScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, segments: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SegmentMax(), [x.node, segments.node], name: name, at: SourceLocation(fileID, line))
}

/// The mean of each segment; the numbers must not fall from row to row.
public func segmentMean<S: NumericScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, segments: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SegmentMean(), [x.node, segments.node], name: name, at: SourceLocation(fileID, line))
}

/// The product of each segment; the numbers must not fall from row to row. It has no gradient.
public func segmentProd<S: NumericScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, segments: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SegmentProd(), [x.node, segments.node], name: name, at: SourceLocation(fileID, line))
}
