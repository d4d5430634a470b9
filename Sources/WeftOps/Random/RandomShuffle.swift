import WeftGraph

/// TensorFlow's `RandomShuffle`: the rows of the first axis in a random order.
public struct RandomShuffle: RandomDefinition {
  public static let typeName = "RandomShuffle"
  public let seed: Int64
  public let seed2: Int64
  public init(seed: Int64, seed2: Int64) {
    self.seed = seed
    self.seed2 = seed2
  }
  public var attributes: [Attribute] { seedAttributes }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    guard let rows = input.shape.first, rows > 1, input.count > 0 else { return [input] }
    let generator = Philox(context.reserveRandomBlocks(UInt64((rows + 2) / 4)))
    let width = input.count / rows
    let order = generator.permutation(rows)
    let positions = order.flatMap { row in (0..<width).map { row * width + $0 } }
    return [try input.picking(positions, shape: input.shape)]
  }
}

/// The rows of the first axis in a random order, a new one each time it runs.
///
/// ```swift
/// let order = randomShuffle(graph.range(1000), seed: 5)
/// ```
/// Gradient: none.
public func randomShuffle<S: TensorScalar>(
  _ x: some NodeConvertible<S>, seed: Int? = nil, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let node = x.node
  let location = SourceLocation(fileID, line)
  let operation = node.graph.add(
    inputs: [node.output], name: name ?? "RandomShuffle", at: location
  ) { planned in
    let pair = node.graph.seedPair(seed, for: planned)
    return RandomShuffle(seed: pair.seed, seed2: pair.seed2)
  }
  return Node(output: operation.output(0))
}
