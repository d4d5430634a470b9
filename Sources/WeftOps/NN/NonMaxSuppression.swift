import WeftGraph

/// TensorFlow's `NonMaxSuppressionV3`: the best boxes that overlap each other little.
///
/// Goes through the boxes from the highest score down, and keeps those whose intersection with every box
/// kept before is at most a part of their union.
public struct NonMaxSuppressionV3: OpDefinition {
  public static let typeName = "NonMaxSuppressionV3"
  public init() {}
  public var inputNames: [String] {
    ["boxes", "scores", "largest number", "overlap limit", "score limit"]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 5)
    try context.require(0, dtypes: [.float32])
    try context.require(0, rank: 2)
    try context.require(1, rank: 1)
    try context.require(2, dtypes: [.int32])
    let boxes = context.inputs[0].shape
    if let width = boxes[1], width != 4 {
      throw OpFailure("boxes have 4 coordinates, not \(width)", code: .invalidShape)
    }
    if let a = boxes[0], let b = context.inputs[1].shape[0], a != b {
      throw OpFailure("\(a) boxes have \(b) scores", code: .invalidShape)
    }
    return [TensorType(.int32, [nil])]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let scores = try context.input(1, as: Float.self).scalars
    let coordinates = try context.input(0, as: Float.self).scalars
    guard coordinates.count == scores.count * 4 else {
      throw OpFailure("\(coordinates.count) coordinates do not fit \(scores.count) scores")
    }
    let limit = try context.inputs[2].singleInteger("the largest number")
    let (overlap, worst) = (
      context.inputs[3].doubles.first ?? 0, context.inputs[4].doubles.first ?? -.infinity
    )
    let boxes = scores.indices.map { Box(coordinates[$0 * 4..<$0 * 4 + 4]) }
    let order = scores.indices.filter { Double(scores[$0]) > worst }
      .sorted { (scores[$1], $0) < (scores[$0], $1) }
    var kept: [Int] = []
    for index in order where kept.count < limit {
      if kept.allSatisfy({ Double(boxes[$0].overlap(boxes[index])) <= overlap }) {
        kept.append(index)
      }
    }
    return [AnyTensor(indices: kept)]
  }
}

/// A rectangle by two opposite corners, in either order.
private struct Box {
  let top: Float
  let left: Float
  let bottom: Float
  let right: Float

  init(_ corners: ArraySlice<Float>) {
    let c = Array(corners)
    (top, bottom) = (Swift.min(c[0], c[2]), Swift.max(c[0], c[2]))
    (left, right) = (Swift.min(c[1], c[3]), Swift.max(c[1], c[3]))
  }

  private var area: Float { (bottom - top) * (right - left) }

  /// The part of the union that is common.
  func overlap(_ other: Box) -> Float {
    guard area > 0, other.area > 0 else { return 0 }
    let height = Swift.max(Swift.min(bottom, other.bottom) - Swift.max(top, other.top), 0)
    let width = Swift.max(Swift.min(right, other.right) - Swift.max(left, other.left), 0)
    let common = height * width
    return common / (area + other.area - common)
  }
}
