import WeftGraph

/// TensorFlow's `Tile`: the tensor repeated along each axis, as often as a vector says.
public struct Tile: OpDefinition {
  public static let typeName = "Tile"
  public init() {}
  public var inputNames: [String] { ["input", "multiples"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 1)
    let input = context.inputs[0]
    let length = context.inputs[1].shape[0]
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, length.map { .unknown(rank: $0) } ?? .unknown)]
    }
    if let length, length != dimensions.count {
      throw OpFailure("\(length) multiples for the shape \(input.shape)", code: .invalidShape)
    }
    let multiples =
      context.shapeValue(1).dimensions ?? Array(repeating: nil, count: dimensions.count)
    if let bad = context.integers(1)?.first(where: { $0 < 0 }) {
      throw OpFailure("a tensor cannot be repeated \(bad) times")
    }
    let shape = zip(dimensions, multiples).map { size, times -> Int? in
      guard let size, let times else { return size == 0 || times == 0 ? 0 : nil }
      return size &* times
    }
    return [TensorType(input.dtype, TensorShape(shape))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    guard let rank = inputs[0].type?.shape.rank ?? inputs[1].type?.shape[0] else { return nil }
    let graph = context.operation.graph
    let pairs: Node<Int32> = apply(
      Pack(count: 2, axis: 1), [int32Node(inputs[1]), shapeNode(inputs[0])])
    let flat = graph.indices([2 * rank], name: "Reshape/shape", at: nil)
    let split: Node<Int32> = apply(Reshape(), [pairs, flat])
    let blocks: Node<S> = apply(Reshape(), [context.gradient(0), split])
    let axes = graph.indices((0..<rank).map { 2 * $0 }, name: "Sum/reduction_indices", at: nil)
    return [apply(Sum(keepDims: false), [blocks, axes]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let multiples = context.inputs[1].integers
    guard multiples.count == input.shape.count, multiples.allSatisfy({ $0 >= 0 }) else {
      throw OpFailure("multiples \(multiples) for the shape \(input.shape)", code: .invalidShape)
    }
    let shape = zip(input.shape, multiples).map { $0 &* $1 }
    _ = try checkedCount(shape)
    let strides = rowMajorStrides(input.shape)
    var positions = [0]
    for (axis, size) in input.shape.enumerated() {
      let steps = (0..<shape[axis]).map { $0 % size * strides[axis] }
      positions = positions.flatMap { base in steps.map { base + $0 } }
    }
    return [try input.picking(positions, shape: shape)]
  }
}

/// The tensor repeated along each axis.
///
/// ```swift
/// tile(x, [2, 3])  // [5, 2] becomes [10, 6]
/// ```
/// Gradient: summed over the repetitions.
public func tile<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ multiples: [Int], name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let times = x.node.graph.indices(
    multiples, name: "\(name ?? "Tile")/multiples", at: location)
  return apply(Tile(), [x.node, times], name: name, at: location)
}

/// The tensor repeated along each axis as often as a vector computed in the graph says.
public func tile<S: TensorScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, _ multiples: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Tile(), [x.node, multiples.node], name: name, at: SourceLocation(fileID, line))
}
