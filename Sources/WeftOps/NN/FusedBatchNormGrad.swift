import WeftGraph

/// TensorFlow's `FusedBatchNormGradV3`: the gradients for x, the scale and the offset.
///
/// With h = (x - mean) / √(variance + ε), per channel: offset Σ g; scale Σ g h; x scale (g - mean of g
/// - h mean of g h) / √(variance + ε), without the means where mean and variance are given ones.
public struct FusedBatchNormGradV3: OpDefinition {
  public static let typeName = "FusedBatchNormGradV3"
  /// What is added to the variance.
  public let epsilon: Double
  /// Where the channels lie.
  public let dataFormat: DataFormat
  /// Whether the mean and the variance are the batch's own.
  public let isTraining: Bool
  public init(epsilon: Double, dataFormat: DataFormat, isTraining: Bool) {
    self.epsilon = epsilon
    self.dataFormat = dataFormat
    self.isTraining = isTraining
  }
  public var attributes: [Attribute] {
    [
      Attribute("epsilon", .float(epsilon)), Attribute("data_format", .string(dataFormat.rawValue)),
      Attribute("is_training", .bool(isTraining)),
    ]
  }
  public var inputNames: [String] {
    ["gradient", "x", "scale", "mean", "variance", "reserve_space_3"]
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 6)
    try context.require(0, dtypes: [.float32, .float64])
    let (g, x) = (context.inputs[0].shape, context.inputs[1].shape)
    guard let shape = g.merged(with: x) else {
      throw OpFailure("shapes differ: \(g) and \(x)", code: .invalidShape)
    }
    let dtype = context.inputs[0].dtype
    let vector = TensorType(dtype, context.inputs[2].shape)
    let empty = TensorType(dtype, [0])
    return [TensorType(dtype, shape), vector, vector, empty, empty]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let values = context.inputs.map(\.doubles)
    let (g, x) = (values[0], values[1])
    var forX = x
    var forScale: [Double] = []
    var forOffset: [Double] = []
    let channels = ChannelGroups(context.inputs[1].shape, dataFormat)
    for (channel, positions) in channels.groups.enumerated() {
      let inverse = 1 / (values[4][channel] + epsilon).squareRoot()
      func normal(_ position: Int) -> Double { (x[position] - values[3][channel]) * inverse }
      let total = positions.reduce(0) { $0 + g[$1] }
      let weighted = positions.reduce(0) { $0 + g[$1] * normal($1) }
      let count = Double(positions.count)
      for position in positions {
        let centered = g[position] - total / count - normal(position) * weighted / count
        forX[position] = values[2][channel] * inverse * (isTraining ? centered : g[position])
      }
      forScale.append(weighted)
      forOffset.append(total)
    }
    return [
      try context.reals(forX), try context.reals(forScale, index: 1),
      try context.reals(forOffset, index: 2), try context.reals([], index: 3),
      try context.reals([], index: 4),
    ]
  }
}
