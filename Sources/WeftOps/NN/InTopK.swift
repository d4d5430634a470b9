import WeftGraph

/// TensorFlow's `InTopKV2`: whether the target is among the k largest predictions of its row.
public struct InTopKV2: OpDefinition {
  public static let typeName = "InTopKV2"
  public static let displayName = "inTopK"
  public init() {}
  public var inputNames: [String] { ["predictions", "targets", "k"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(0, dtypes: [.float32])
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(0, rank: 2)
    try context.require(1, rank: 1)
    try context.require(2, rank: 0)
    let (predictions, targets) = (context.inputs[0].shape, context.inputs[1].shape)
    guard let rows = TensorShape([predictions[0]]).merged(with: TensorShape([targets[0]])) else {
      throw OpFailure(
        "predictions have the shape \(predictions), targets \(targets)", code: .invalidShape)
    }
    return [TensorType(.bool, rows)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (values, targets) = (context.inputs[0].doubles, context.inputs[1].integers)
    let columns = context.inputs[0].shape[1]
    let k = context.inputs[2].integers.first ?? 0
    let results = targets.enumerated().map { row, target in
      let line = values[row * columns..<(row + 1) * columns]
      guard target >= 0, target < columns, line.allSatisfy(\.isFinite) else { return false }
      let wanted = line[line.startIndex + target]
      return line.count { $0 > wanted } < k
    }
    return [try context.output(results)]
  }
}

/// Whether the target class is among the k largest predictions of its row; classes that tie at the
/// edge all count. False for a row that is not finite or a target outside the classes.
///
/// ```swift
/// let topFive = mean(cast(inTopK(scores, labels, k: 5), to: Float.self))
/// ```
/// Shapes: [n, classes] and [n] give [n].
public func inTopK<I: IndexScalar>(
  _ predictions: some NodeConvertible<Float>, _ targets: some NodeConvertible<I>, k: Int,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  let location = SourceLocation(fileID, line)
  let count = predictions.node.graph.constant(
    Tensor(I(clamping: k)), name: "\(name ?? "in_top_k")/k", at: location)
  return apply(
    InTopKV2(), [predictions.node, targets.node, count], name: name ?? "in_top_k/InTopKV2",
    at: location)
}
