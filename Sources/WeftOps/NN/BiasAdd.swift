import WeftGraph

/// TensorFlow's `BiasAdd` with the channels last.
public struct BiasAdd: PointwiseDefinition {
  public static let typeName = "BiasAdd"
  public init() {}
  public var attributes: [Attribute] { [Attribute("data_format", .string("NHWC"))] }
  public var expression: ScalarExpression { .input(0) + .input(1) }
  public var inputNames: [String] { ["value", "bias"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try biasAddType(context, .channelsLast)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return [g, apply(BiasAddGrad(dataFormat: .channelsLast), [g]) as Node<S>]
  }
}

/// TensorFlow's `BiasAdd` with the channels at axis 1, which no broadcasting describes.
public struct BiasAddChannelsFirst: OpDefinition {
  public static let typeName = "BiasAdd"
  public init() {}
  public var attributes: [Attribute] { [Attribute("data_format", .string("NCHW"))] }
  public var inputNames: [String] { ["value", "bias"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try biasAddType(context, .channelsFirst)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return [g, apply(BiasAddGrad(dataFormat: .channelsFirst), [g]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let column = shape.indices.dropFirst().map { $0 == 1 ? shape[1] : 1 }
    let positions = broadcastPositions(of: column, to: shape)
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let values = try context.input(0, as: S.self).scalars
      let bias = try context.input(1, as: S.self).scalars
      return try context.output(zip(values, positions).map { S.wrappingAdd($0, bias[$1]) })
    }
    guard let type = context.inputs[0].dtype.numericType else {
      throw OpFailure("not defined for \(context.inputs[0].dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

private func biasAddType(_ context: InferenceContext, _ format: DataFormat) throws(OpFailure)
  -> [TensorType]
{
  try context.require(count: 2)
  try context.requireSameType()
  try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
  try context.require(1, rank: 1)
  let (value, bias) = (context.inputs[0].shape, context.inputs[1].shape)
  guard let rank = value.rank else { return [context.inputs[0]] }
  if rank < 2 {
    throw OpFailure("takes a value of rank 2 or more, not \(value)", code: .invalidShape)
  }
  let axis = format.channelAxis(rank: rank)
  if let channels = value[axis], let length = bias[0], channels != length {
    throw OpFailure(
      "the bias \(bias) does not fit the \(channels) channels of \(value)", code: .invalidShape)
  }
  var dimensions = value.dimensions ?? []
  dimensions[axis] = dimensions[axis] ?? bias[0]
  return [TensorType(context.inputs[0].dtype, TensorShape(dimensions))]
}

/// TensorFlow's `BiasAddGrad`: the sum over all axes but that of the channels.
public struct BiasAddGrad: OpDefinition {
  public static let typeName = "BiasAddGrad"
  /// Where the channels lie.
  public let dataFormat: DataFormat
  public init(dataFormat: DataFormat = .channelsLast) { self.dataFormat = dataFormat }
  public var attributes: [Attribute] { [Attribute("data_format", .string(dataFormat.rawValue))] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
    let shape = context.inputs[0].shape
    guard let rank = shape.rank else { return [TensorType(context.inputs[0].dtype, [nil])] }
    if rank < 2 {
      throw OpFailure("takes a value of rank 2 or more, not \(shape)", code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, [shape[dataFormat.channelAxis(rank: rank)]])]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [biasAdd(zeros(like: x), g, dataFormat)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let axis = dataFormat.channelAxis(rank: input.shape.count)
    let kept = input.shape.indices.map { $0 == axis ? input.shape[axis] : 1 }
    let positions = broadcastPositions(of: kept, to: input.shape)
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      var groups = [[S]](repeating: [], count: input.shape[axis])
      let values = try context.input(0, as: S.self).scalars
      for (value, group) in zip(values, positions) { groups[group].append(value) }
      return try context.output(groups.map { ReductionFunction.sum.reduce($0) })
    }
    return [try open(input.dtype.scalarType)]
  }
}

/// A vector added to every position of a tensor, one number for each channel.
///
/// ```swift
/// let scores = biasAdd(matmul(x, w), b)
/// ```
/// Shapes: [..., channels] and [channels], or [n, channels, ...] with `.channelsFirst`. Errors: a bias
/// that is no vector or of another length. Gradients: itself, and its sum over all other axes.
public func biasAdd<S: NumericScalar>(
  _ value: some NodeConvertible<S>, _ bias: some NodeConvertible<S>,
  _ dataFormat: DataFormat = .channelsLast, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let definition: any OpDefinition =
    dataFormat == .channelsLast ? BiasAdd() : BiasAddChannelsFirst()
  return apply(definition, [value.node, bias.node], name: name, at: SourceLocation(fileID, line))
}
