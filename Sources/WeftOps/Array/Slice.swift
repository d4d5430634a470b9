import WeftGraph

/// TensorFlow's `Slice`: a block that begins somewhere and has a size; a size of -1 goes to the end.
/// Not called `Slice`, which is the standard library's.
public struct SliceDefinition: OpDefinition {
  public static let typeName = "Slice"
  public init() {}
  public var inputNames: [String] { ["input", "begin", "size"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([1, 2])
    try context.require(1, dtypes: [.int32, .int64])
    let input = context.inputs[0]
    let length = context.inputs[1].shape[0] ?? context.inputs[2].shape[0]
    guard let rank = input.shape.rank ?? length, rank <= TensorShape.largestRank else {
      return [TensorType(input.dtype, .unknown)]
    }
    let dimensions = input.shape.dimensions ?? Array(repeating: nil, count: rank)
    guard let begin = context.integers(1), let size = context.integers(2) else {
      // A size that is known in part holds, unless it may stand for the rest.
      let sizes = context.integers(2) ?? []
      let known = sizes.count == rank ? sizes.map { $0 < 0 ? nil : $0 } : nil
      if let known { return [TensorType(input.dtype, TensorShape(known))] }
      let partial = context.shapeValue(2)
      return [TensorType(input.dtype, partial.rank == rank ? partial : .unknown(rank: rank))]
    }
    return [TensorType(input.dtype, TensorShape(try block(dimensions, begin, size)))]
  }
  private func block(_ shape: [Int?], _ begin: [Int], _ size: [Int]) throws(OpFailure) -> [Int?] {
    guard begin.count == shape.count, size.count == shape.count else {
      throw OpFailure(
        "begin \(begin) and size \(size) do not fit the shape \(TensorShape(shape))",
        code: .invalidShape)
    }
    var result: [Int?] = []
    for (axis, extent) in shape.enumerated() {
      let (first, count) = (begin[axis], size[axis])
      let fits =
        first >= 0
        && (extent.map { first <= $0 && (count == -1 || count <= $0 - first) } ?? true)
      guard fits, count >= -1 else {
        throw OpFailure(
          "the block from \(begin) of size \(size) lies outside \(TensorShape(shape))",
          code: .invalidShape)
      }
      result.append(count == -1 ? extent.map { $0 - first } : count)
    }
    return result
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    guard context.inputs[0].shape.rank == 1, let dimensions = context.shapeValue(0).dimensions,
      let begin = context.integer(1), let size = context.integer(2), begin >= 0,
      begin <= dimensions.count
    else { return nil }
    return TensorShape(Array(dimensions[begin...].prefix(size < 0 ? dimensions.count : size)))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let begin = int32Node(inputs[1])
    let whole = shapeNode(inputs[0])
    let part = shapeNode(context.operation.output(0))
    let paddings: Node<Int32> = apply(
      Pack(count: 2, axis: 1), [begin, whole - begin - part])
    return [apply(Pad(), [context.gradient(0), paddings]) as Node<S>, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let begin = context.inputs[1].integers
    let shape = try block(input.shape, begin, context.inputs[2].integers).compactMap { $0 }
    let strides = rowMajorStrides(input.shape)
    let offset = zip(begin, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let positions = stridedPositions(shape, strides: strides, offset: offset)
    return [try input.picking(positions, shape: shape)]
  }
}

/// A block of a tensor; a size of -1 goes to the end of its axis.
///
/// ```swift
/// slice(x, begin: [0, 2], size: [-1, 3])  // columns 2, 3 and 4
/// ```
/// Errors: a block outside the tensor. Gradient: padded with zeros to the whole.
public func slice<S: TensorScalar>(
  _ x: some NodeConvertible<S>, begin: [Int], size: [Int], name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let graph = x.node.graph
  let label = name ?? "Slice"
  let first = graph.indices(begin, name: "\(label)/begin", at: location)
  let count = graph.indices(size, name: "\(label)/size", at: location)
  return apply(SliceDefinition(), [x.node, first, count], name: name, at: location)
}

/// A block of a tensor whose place and size are computed in the graph.
public func slice<S: TensorScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, begin: Node<I>, size: Node<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SliceDefinition(), [x.node, begin, size], name: name, at: SourceLocation(fileID, line))
}
