import WeftGraph

/// TensorFlow's `FusedBatchNormV3`: normalisation of each channel by its own mean and variance, or by
/// given ones, with their values for the gradient as further outputs.
///
/// Outputs: y, the batch's mean, its unbiased variance, then what the gradient needs: the mean, the
/// population's variance, and a scalar that devices may use.
public struct FusedBatchNormV3: OpDefinition {
  public static let typeName = "FusedBatchNormV3"
  public static let displayName = "fusedBatchNorm"
  /// What is added to the variance.
  public let epsilon: Double
  /// Where the channels lie.
  public let dataFormat: DataFormat
  /// Whether the batch's own mean and variance are used.
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
  public var inputNames: [String] { ["x", "scale", "offset", "mean", "variance"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 5)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    let x = context.inputs[0]
    if let rank = x.shape.rank, rank != 4 {
      throw OpFailure("takes rank 4, not the shape \(x.shape)", code: .invalidShape)
    }
    var channels = x.shape[dataFormat.channelAxis(rank: 4)]
    for index in isTraining ? 1..<3 : 1..<5 {
      try context.require(index, rank: 1)
      let length = context.inputs[index].shape[0]
      if let a = channels, let b = length, a != b {
        throw OpFailure(
          "\(inputNames[index]) has \(b) elements, x has \(a) channels", code: .invalidShape)
      }
      channels = channels ?? length
    }
    let vector = TensorType(x.dtype, [channels])
    return [x, vector, vector, vector, vector, TensorType(x.dtype, .scalar)]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    guard let g = context.gradientIfAny(0) else { return nil }
    let definition = FusedBatchNormGradV3(
      epsilon: epsilon, dataFormat: dataFormat, isTraining: isTraining)
    let statistics =
      isTraining
      ? [context.output(3), context.output(4)] : [context.input(3), context.input(4)]
    let operands = [g, context.input(0), context.input(1)] + statistics + [context.output(5)]
    let back = applyOperation(definition, operands)
    let rows: [(any AnyNode)?] = (0..<3).map { Node<S>(output: back.output($0)) }
    return rows + [nil, nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let x = context.inputs[0].doubles
    let parameters = context.inputs.dropFirst().map(\.doubles)
    let channels = ChannelGroups(context.inputs[0].shape, dataFormat)
    var y = x
    var means: [Double] = []
    var variances: [Double] = []
    var unbiased: [Double] = []
    for (channel, positions) in channels.groups.enumerated() {
      let count = Double(positions.count)
      let ownMean = positions.reduce(0) { $0 + x[$1] } / count
      let mean = isTraining ? ownMean : parameters[2][channel]
      let squares = positions.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) }
      let variance = isTraining ? squares / count : parameters[3][channel]
      let factor = parameters[0][channel] / (variance + epsilon).squareRoot()
      for position in positions {
        y[position] = (x[position] - mean) * factor + parameters[1][channel]
      }
      means.append(mean)
      variances.append(variance)
      unbiased.append(isTraining ? squares / Swift.max(count - 1, 1) : variance)
    }
    return [
      try context.reals(y), try context.reals(means, index: 1),
      try context.reals(unbiased, index: 2), try context.reals(means, index: 3),
      try context.reals(variances, index: 4), try context.reals([0], index: 5),
    ]
  }
}

/// The positions of each channel's elements.
struct ChannelGroups {
  var groups: [[Int]]

  init(_ shape: [Int], _ format: DataFormat) {
    let axis = format.channelAxis(rank: shape.count)
    let kept = shape.indices.map { $0 == axis ? shape[axis] : 1 }
    groups = Array(repeating: [], count: shape[axis])
    for (position, channel) in broadcastPositions(of: kept, to: shape).enumerated() {
      groups[channel].append(position)
    }
  }
}

/// A tensor of images with each channel normalised: scale (x - mean) / √(variance + ε) + offset.
///
/// ```swift
/// let (y, mean, variance) = fusedBatchNorm(x, scale: gamma, offset: beta)
/// ```
/// In training the mean and the variance are the batch's own, and come out, the variance unbiased
/// (n / (n - 1)), for moving averages; otherwise `mean` and `variance` must be given. Shapes:
/// [n, height, width, channels] and [channels]. Errors: shapes that do not fit.
public func fusedBatchNorm<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, scale: some NodeConvertible<S>, offset: some NodeConvertible<S>,
  mean: Node<S>? = nil, variance: Node<S>? = nil, epsilon: Double = 0.001,
  dataFormat: DataFormat = .channelsLast, isTraining: Bool = true, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (y: Node<S>, mean: Node<S>, variance: Node<S>) {
  let (x, location) = (x.node, SourceLocation(fileID, line))
  let definition = FusedBatchNormV3(
    epsilon: epsilon, dataFormat: dataFormat, isTraining: isTraining)
  func unused() -> Node<S> { x.graph.constant(Tensor([S]()), name: "Const", at: location) }
  let operation = applyOperation(
    definition, [x, scale.node, offset.node, mean ?? unused(), variance ?? unused()],
    name: name ?? "FusedBatchNorm", at: location)
  let outputs = (0..<3).map { Node<S>(output: operation.output($0)) }
  return (outputs[0], outputs[1], outputs[2])
}
