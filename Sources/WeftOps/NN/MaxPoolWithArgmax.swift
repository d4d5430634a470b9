import WeftGraph

/// TensorFlow's `MaxPoolWithArgmax`: the largest element of each window, and where it is.
///
/// A place is counted within an image, (row * width + column) * channels + channel, or over the batch.
public struct MaxPoolWithArgmax: OpDefinition {
  public static let typeName = "MaxPoolWithArgmax"
  /// The window.
  public let pooling: PoolingSettings
  /// The element type of the places.
  public let indexType: DType
  /// Whether places are counted over the batch.
  public let includesBatch: Bool
  public init(_ pooling: PoolingSettings, indexType: DType = .int64, includesBatch: Bool = false) {
    self.pooling = pooling
    self.indexType = indexType
    self.includesBatch = includesBatch
  }
  public var attributes: [Attribute] { argmaxAttributes(pooling, indexType, includesBatch) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64])
    try requireChannelsLast(pooling)
    let shape = try pooling.result(context.inputs[0].shape)
    return [TensorType(context.inputs[0].dtype, shape), TensorType(indexType, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    guard let slope = context.gradientIfAny(0) else { return [nil] }
    let definition = MaxPoolGradWithArgmax(
      pooling, indexType: indexType, includesBatch: includesBatch)
    let places = context.operation.output(1)
    let operands = [context.input(0).output, slope.output, places]
    return [Node<S>(output: places.graph.add(definition, inputs: operands, at: nil).output(0))]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let x = context.inputs[0].doubles
    let geometry = try PoolingGeometry(pooling, input: context.inputs[0].shape)
    let image = geometry.rows.input * geometry.columns.input * geometry.channels
    var result = [Double](repeating: -.infinity, count: geometry.outputCount)
    var places = [Int](repeating: 0, count: geometry.outputCount)
    geometry.forEachWindow { output, inputs in
      guard let largest = firstLargest(x, inputs) else { return }
      result[output] = x[largest]
      places[output] = includesBatch ? largest : largest % image
    }
    let indices = try AnyTensor(indices: places, as: indexType).viewed(try context.outputShape(1))
    return [try context.reals(result), indices]
  }
}

/// TensorFlow's `MaxPoolGradWithArgmax`: each gradient at the place that `MaxPoolWithArgmax` gave.
public struct MaxPoolGradWithArgmax: OpDefinition {
  public static let typeName = "MaxPoolGradWithArgmax"
  /// The window.
  public let pooling: PoolingSettings
  /// The element type of the places.
  public let indexType: DType
  /// Whether places are counted over the batch.
  public let includesBatch: Bool
  public init(_ pooling: PoolingSettings, indexType: DType = .int64, includesBatch: Bool = false) {
    self.pooling = pooling
    self.indexType = indexType
    self.includesBatch = includesBatch
  }
  public var attributes: [Attribute] { argmaxAttributes(pooling, indexType, includesBatch) }
  public var inputNames: [String] { ["input", "gradients", "places"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 1])
    try context.require(0, dtypes: [.float32, .float64])
    try context.require(2, dtypes: [indexType])
    try requireChannelsLast(pooling)
    let pooled = try pooling.result(context.inputs[0].shape)
    for input in context.inputs.dropFirst() where !input.shape.isCompatible(with: pooled) {
      throw OpFailure(
        "the result of the pooling has the shape \(pooled), not \(input.shape)", code: .invalidShape
      )
    }
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (slopes, places) = (context.inputs[1].doubles, context.inputs[2].integers)
    let shape = try context.outputShape()
    var result = [Double](repeating: 0, count: try checkedCount(shape))
    let image = shape.dropFirst().reduce(1, *)
    let pooled = context.inputs[1].shape.dropFirst().reduce(1, *)
    for (position, place) in places.enumerated() {
      let target = includesBatch ? place : place + position / pooled * image
      guard place >= 0, target < result.count else {
        throw OpFailure("the place \(place) is outside images of shape \(shape)")
      }
      result[target] += slopes[position]
    }
    return [try context.reals(result)]
  }
}

private func argmaxAttributes(
  _ pooling: PoolingSettings, _ indexType: DType, _ includesBatch: Bool
) -> [Attribute] {
  pooling.attributes.filter { ["ksize", "strides", "padding"].contains($0.name) } + [
    Attribute("Targmax", .type(indexType)),
    Attribute("include_batch_in_index", .bool(includesBatch)),
  ]
}

private func requireChannelsLast(_ pooling: PoolingSettings) throws(OpFailure) {
  guard pooling.settings.dataFormat == .channelsLast else {
    throw OpFailure("the places of channels-first images are not defined", code: .unsupported)
  }
}

/// The largest element of each window of images [batch, rows, columns, channels], and where it is in its
/// image: (row * width + column) * channels + channel.
///
/// Gradient: to the first largest of each window.
public func maxPoolWithArgmax<S: FloatingScalar>(
  _ images: some NodeConvertible<S>, _ pooling: PoolingSettings, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (values: Node<S>, places: Node<Int64>) {
  let operation = applyOperation(
    MaxPoolWithArgmax(pooling), [images.node], name: name, at: SourceLocation(fileID, line))
  return (Node(output: operation.output(0)), Node(output: operation.output(1)))
}
