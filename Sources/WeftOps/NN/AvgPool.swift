import WeftGraph

/// TensorFlow's `AvgPool`: the mean of the elements that each window sees.
public struct AvgPool: OpDefinition {
  public static let typeName = "AvgPool"
  /// The window.
  public let pooling: PoolingSettings
  public init(_ pooling: PoolingSettings) { self.pooling = pooling }
  public var attributes: [Attribute] { pooling.attributes }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64])
    return [TensorType(context.inputs[0].dtype, try pooling.result(context.inputs[0].shape))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let sizes = shapeNode(context.operation.inputs[0])
    return [apply(AvgPoolGrad(pooling), [sizes, context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let x = context.inputs[0].doubles
    let geometry = try PoolingGeometry(pooling, input: context.inputs[0].shape)
    var result = [Double](repeating: 0, count: geometry.outputCount)
    geometry.forEachWindow { output, inputs in
      result[output] = inputs.reduce(0) { $0 + x[$1] } / Double(inputs.count)
    }
    return [try context.reals(result)]
  }
}

/// TensorFlow's `AvgPoolGrad`: each gradient in equal parts to the elements of its window.
public struct AvgPoolGrad: OpDefinition {
  public static let typeName = "AvgPoolGrad"
  /// The window.
  public let pooling: PoolingSettings
  public init(_ pooling: PoolingSettings) { self.pooling = pooling }
  public var attributes: [Attribute] { pooling.attributes }
  public var inputNames: [String] { ["orig_input_shape", "grad"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.float32, .float64])
    let input = try context.requestedShape(0)
    let expected = try pooling.result(input)
    guard expected.isCompatible(with: context.inputs[1].shape) else {
      throw OpFailure(
        "a gradient of shape \(context.inputs[1].shape) where \(expected) is needed: the input is "
          + "\(input), the window \(pooling.window)", code: .invalidShape)
    }
    return [
      TensorType(context.inputs[1].dtype, input.rank == nil ? .unknown(rank: 4) : input)
    ]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, apply(AvgPool(pooling), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let g = context.inputs[1].doubles
    let geometry = try PoolingGeometry(pooling, input: try context.outputShape())
    var result = [Double](repeating: 0, count: geometry.inputCount)
    geometry.forEachWindow { output, inputs in
      for input in inputs { result[input] += g[output] / Double(inputs.count) }
    }
    return [try context.reals(result)]
  }
}

/// The mean of the elements in each window that moves over the channels of images; what lies beyond
/// the edge does not count.
///
/// ```swift
/// let smaller = avgPool2D(x, window: 2, strides: 2)
/// ```
/// Shapes: [n, height, width, channels], or [n, channels, height, width] with `.channelsFirst`.
/// Errors: another rank, a window that does not fit. Gradient: shared by the elements of the window.
public func avgPool2D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, window: Extent2D, strides: Extent2D? = nil,
  padding: Padding = .valid, dataFormat: DataFormat = .channelsLast, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let settings = WindowSettings(
    strides: strides ?? window, padding: padding, dataFormat: dataFormat)
  return apply(
    AvgPool(PoolingSettings(window: window, settings)), [x.node], name: name,
    at: SourceLocation(fileID, line))
}
