import WeftGraph

/// TensorFlow's `SpaceToBatchND`: blocks of some axes, padded with zeros, laid out along the batch.
public struct SpaceToBatchND: OpDefinition {
  public static let typeName = "SpaceToBatchND"
  public init() {}
  public var inputNames: [String] { ["input", "block_shape", "paddings"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try requireBlocks(context)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions, let block = context.integers(1),
      let paddings = context.integers(2)
    else {
      return [TensorType(input.dtype, input.shape.rank.map { .unknown(rank: $0) } ?? .unknown)]
    }
    try checkBlocks(dimensions.count, block, paddings)
    var result = dimensions
    result[0] = checkedProduct(block).flatMap { area in dimensions[0].map { $0 &* area } }
    for (axis, side) in block.enumerated() {
      guard let size = dimensions[axis + 1] else { continue }
      let padded = size + paddings[2 * axis] + paddings[2 * axis + 1]
      guard padded % side == 0 else {
        throw OpFailure(
          "a padded axis of \(padded) does not divide by \(side)", code: .invalidShape)
      }
      result[axis + 1] = padded / side
    }
    return [TensorType(input.dtype, TensorShape(result))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [context.gradient(0), int32Node(inputs[1]), int32Node(inputs[2])]
    return [apply(BatchToSpaceND(), parts) as Node<S>, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let (block, paddings) = (context.inputs[1].integers, context.inputs[2].integers)
    try checkBlocks(input.shape.count, block, paddings)
    let rest = input.shape.dropFirst(1 + block.count)
    var padded = input.shape
    var split = [input.shape[0]]
    var offset = 0
    for (axis, side) in block.enumerated() {
      padded[axis + 1] += paddings[2 * axis] + paddings[2 * axis + 1]
      guard padded[axis + 1] % side == 0 else {
        throw OpFailure("an axis of \(padded[axis + 1]) does not divide by \(side)")
      }
      split += [padded[axis + 1] / side, side]
    }
    let strides = rowMajorStrides(padded)
    for axis in block.indices { offset += paddings[2 * axis] * strides[axis + 1] }
    var sources = [Int](repeating: -1, count: try checkedCount(padded))
    let places = stridedPositions(input.shape, strides: strides, offset: offset)
    for (index, position) in places.enumerated() { sources[position] = index }
    let whole = try input.picking(sources, shape: split + rest)
    // The places inside a block come first, then the batch, then the blocks.
    let inside = block.indices.map { 2 * $0 + 2 }
    let blocks = block.indices.map { 2 * $0 + 1 }
    let order = inside + [0] + blocks + (0..<rest.count).map { 2 * block.count + 1 + $0 }
    let batch = block.reduce(input.shape[0]) { $0 * $1 }
    let shape = [batch] + blocks.map { split[$0] } + rest
    return [try whole.transposed(order).viewed(shape)]
  }
}

/// TensorFlow's `BatchToSpaceND`: the inverse of ``SpaceToBatchND``, with some of the result cut off.
public struct BatchToSpaceND: OpDefinition {
  public static let typeName = "BatchToSpaceND"
  public init() {}
  public var inputNames: [String] { ["input", "block_shape", "crops"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try requireBlocks(context)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions, let block = context.integers(1),
      let crops = context.integers(2)
    else {
      return [TensorType(input.dtype, input.shape.rank.map { .unknown(rank: $0) } ?? .unknown)]
    }
    try checkBlocks(dimensions.count, block, crops)
    return [TensorType(input.dtype, TensorShape(try uncut(dimensions, block, crops)))]
  }
  private func uncut(_ shape: [Int?], _ block: [Int], _ crops: [Int]) throws(OpFailure) -> [Int?] {
    var result = shape
    guard let area = checkedProduct(block), (shape[0] ?? 0) % area == 0 else {
      throw OpFailure("a batch of \(TensorShape(shape)) does not divide into blocks \(block)")
    }
    result[0] = shape[0].map { $0 / area }
    for (axis, side) in block.enumerated() {
      guard let size = shape[axis + 1] else { continue }
      let kept = size &* side - crops[2 * axis] - crops[2 * axis + 1]
      guard kept >= 0 else {
        throw OpFailure("crops \(crops) are wider than the result", code: .invalidShape)
      }
      result[axis + 1] = kept
    }
    return result
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [context.gradient(0), int32Node(inputs[1]), int32Node(inputs[2])]
    return [apply(SpaceToBatchND(), parts) as Node<S>, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let (block, crops) = (context.inputs[1].integers, context.inputs[2].integers)
    try checkBlocks(input.shape.count, block, crops)
    let shape = try uncut(input.shape, block, crops).compactMap { $0 }
    let rest = Array(input.shape.dropFirst(1 + block.count))
    let count = block.count
    let split = try input.viewed(block + [shape[0]] + input.shape[1...count] + rest)
    var order = [count]
    for axis in 0..<count { order += [count + 1 + axis, axis] }
    order += rest.indices.map { 2 * count + 1 + $0 }
    let sides = block.indices.map { input.shape[$0 + 1] * block[$0] }
    let whole = try split.transposed(order).viewed([shape[0]] + sides + rest)
    let strides = rowMajorStrides(whole.shape)
    let offset = block.indices.reduce(0) { $0 + crops[2 * $1] * strides[$1 + 1] }
    let positions = stridedPositions(shape, strides: strides, offset: offset)
    return [try whole.picking(positions, shape: shape)]
  }
}

/// Checks the types and ranks that both operations share.
private func requireBlocks(_ context: InferenceContext) throws(OpFailure) {
  try context.require(count: 3)
  for index in 1...2 {
    try context.require(index, dtypes: [.int32, .int64])
    try context.require(index, rank: index)
  }
}

/// Checks that a block and its paddings or crops fit a rank.
private func checkBlocks(_ rank: Int, _ block: [Int], _ edges: [Int]) throws(OpFailure) {
  guard !block.isEmpty, rank > block.count, edges.count == 2 * block.count,
    block.allSatisfy({ $0 >= 1 }), edges.allSatisfy({ $0 >= 0 })
  else {
    throw OpFailure(
      "blocks \(block) with edges \(edges) do not fit rank \(rank)", code: .invalidShape)
  }
}

/// Blocks of the axes behind the first, padded with zeros, laid out along the batch.
///
/// Errors: padded axes that are no multiple of the block's. Gradient: laid back.
public func spaceToBatch<S: NumericScalar>(
  _ x: some NodeConvertible<S>, blockShape: [Int], paddings: [(before: Int, after: Int)],
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let label = name ?? "SpaceToBatchND"
  let graph = x.node.graph
  let block = graph.indices(blockShape, name: "\(label)/block_shape", at: location)
  let edges = graph.paddings(paddings, name: "\(label)/paddings", at: location)
  return apply(SpaceToBatchND(), [x.node, block, edges], name: name, at: location)
}

/// The batch laid out as blocks of the axes behind it, with some of the result cut off.
///
/// Errors: a batch that is no multiple of the block's area. Gradient: laid back.
public func batchToSpace<S: NumericScalar>(
  _ x: some NodeConvertible<S>, blockShape: [Int], crops: [(before: Int, after: Int)],
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let label = name ?? "BatchToSpaceND"
  let graph = x.node.graph
  let block = graph.indices(blockShape, name: "\(label)/block_shape", at: location)
  let edges = graph.paddings(crops, name: "\(label)/crops", at: location)
  return apply(BatchToSpaceND(), [x.node, block, edges], name: name, at: location)
}
