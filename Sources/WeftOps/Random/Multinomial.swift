import Glibc
import WeftGraph

/// TensorFlow's `Multinomial`: classes drawn with probabilities given as logarithms.
public struct Multinomial: RandomDefinition {
  public static let typeName = "Multinomial"
  /// The element type of the result: `int32` or `int64`.
  public let dtype: DType
  public let seed: Int64
  public let seed2: Int64
  public init(dtype: DType, seed: Int64, seed2: Int64) {
    self.dtype = dtype
    self.seed = seed
    self.seed2 = seed2
  }
  public var attributes: [Attribute] {
    seedAttributes + [Attribute("output_dtype", .type(dtype))]
  }
  public var inputNames: [String] { ["logits", "num_samples"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32, .float64])
    try context.require(0, rank: 2)
    try context.require(1, dtypes: [.int32])
    try context.require(1, rank: 0)
    if let samples = context.integer(1), samples < 0 {
      throw OpFailure("the number of samples cannot be \(samples)")
    }
    let logits = context.inputs[0].shape
    if logits[1] == 0, logits[0] != 0 { throw OpFailure("needs a class: \(logits)") }
    return [TensorType(dtype, [logits[0], context.integer(1)])]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let samples = try context.inputs[1].singleInteger("the number of samples")
    guard shape.count == 2, samples >= 0, shape[1] > 0 || shape[0] == 0 else {
      throw OpFailure("cannot draw \(samples) samples from logits of shape \(shape)")
    }
    let (rows, classes) = (shape[0], shape[1])
    let count = try checkedCount([rows, samples])
    let padded = UInt64((samples + 3) / 4 * 4)
    let position =
      count == 0
      ? RandomPosition(key: 0, counter: 0)
      : context.reserveRandomBlocks(512 * UInt64(rows) * padded)
    var words = PhiloxWords(Philox(position))
    let logits = context.inputs[0].doubles
    var result: [Int] = []
    for row in 0..<rows {
      let sums = cumulative(logits[row * classes..<(row + 1) * classes])
      for _ in 0..<samples {
        let threshold = words.nextUniform() * (sums.last ?? 0)
        result.append(sums.firstIndex { $0 > threshold } ?? classes)
      }
    }
    if dtype == .int64 { return [try hostTensor([rows, samples], result.map { Int64($0) })] }
    return [try hostTensor([rows, samples], result.map { Int32(clamping: $0) })]
  }

  /// Running sums of the probabilities, up to a factor; what is not finite counts as impossible.
  private func cumulative(_ logits: ArraySlice<Double>) -> [Double] {
    let top = logits.filter(\.isFinite).max() ?? 0
    var total = 0.0
    return logits.map { logit in
      total += logit.isFinite ? exp(logit - top) : 0
      return total
    }
  }
}

/// Classes drawn for each row with probabilities proportional to exp(logits).
///
/// ```swift
/// let next = multinomial(logits: scores, samples: 1, seed: 2)  // [batch, 1]
/// ```
/// Shapes: logits [batch, classes], result [batch, samples]. Gradient: none.
public func multinomial<S: FloatingScalar>(
  logits: some NodeConvertible<S>, samples: Int, seed: Int? = nil, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Int64> {
  let node = logits.node
  let location = SourceLocation(fileID, line)
  let name = name ?? "multinomial"
  let count = node.graph.index(samples, name: "\(name)/num_samples", at: location)
  let operation = node.graph.add(
    inputs: [node.output, count.output], name: "\(name)/Multinomial", at: location
  ) { planned in
    let asked = PlannedOperation(name: planned.name, index: planned.index - 1)
    let pair = node.graph.seedPair(seed, for: asked)
    return Multinomial(dtype: .int64, seed: pair.seed, seed2: pair.seed2)
  }
  return Node(output: operation.output(0))
}
