import WeftGraph

/// TensorFlow's `MaxPool`: the largest element of each window.
public struct MaxPool: OpDefinition {
  public static let typeName = "MaxPool"
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
    let operands = [context.input(0), context.output(0), context.gradient(0)]
    return [apply(MaxPoolGrad(pooling), operands) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let x = context.inputs[0].doubles
    let geometry = try PoolingGeometry(pooling, input: context.inputs[0].shape)
    var result = [Double](repeating: -.infinity, count: geometry.outputCount)
    geometry.forEachWindow { output, inputs in
      if let largest = firstLargest(x, inputs) { result[output] = x[largest] }
    }
    return [try context.reals(result)]
  }
}

/// The first of the positions that holds the largest number; NaN counts as larger than any other.
func firstLargest(_ values: [Double], _ positions: [Int]) -> Int? {
  var best: Int?
  for position in positions {
    guard let present = best else {
      best = position
      continue
    }
    if values[present].isNaN { break }
    if values[position] > values[present] || values[position].isNaN { best = position }
  }
  return best
}

/// TensorFlow's `MaxPoolGrad`: each gradient at the first largest element of its window. The second
/// operand, the result of the pooling, says no more than the first.
public struct MaxPoolGrad: OpDefinition {
  public static let typeName = "MaxPoolGrad"
  /// The window.
  public let pooling: PoolingSettings
  public init(_ pooling: PoolingSettings) { self.pooling = pooling }
  public var attributes: [Attribute] { pooling.attributes }
  public var inputNames: [String] { ["orig_input", "orig_output", "grad"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try requirePooled(context, pooling)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let operands = [context.input(0), context.input(1), context.gradient(0)]
    return [nil, nil, apply(MaxPoolGradGrad(pooling), operands) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (x, g) = (context.inputs[0].doubles, context.inputs[2].doubles)
    let geometry = try PoolingGeometry(pooling, input: context.inputs[0].shape)
    var result = [Double](repeating: 0, count: x.count)
    geometry.forEachWindow { output, inputs in
      if let largest = firstLargest(x, inputs) { result[largest] += g[output] }
    }
    return [try context.reals(result)]
  }
}

/// TensorFlow's `MaxPoolGradGrad`: of a tensor like the images, the elements where the first largest
/// of each window is.
public struct MaxPoolGradGrad: OpDefinition {
  public static let typeName = "MaxPoolGradGrad"
  /// The window.
  public let pooling: PoolingSettings
  public init(_ pooling: PoolingSettings) { self.pooling = pooling }
  public var attributes: [Attribute] { pooling.attributes }
  public var inputNames: [String] { ["orig_input", "orig_output", "grad"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    let (x, g) = (context.inputs[0].shape, context.inputs[2].shape)
    guard let merged = x.merged(with: g) else {
      throw OpFailure("the shapes of input and gradient differ: \(x) and \(g)", code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, try pooling.result(merged))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let operands = [context.input(0), context.input(1), context.gradient(0)]
    return [nil, nil, apply(MaxPoolGrad(pooling), operands) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (x, g) = (context.inputs[0].doubles, context.inputs[2].doubles)
    let geometry = try PoolingGeometry(pooling, input: context.inputs[0].shape)
    var result = [Double](repeating: 0, count: geometry.outputCount)
    geometry.forEachWindow { output, inputs in
      if let largest = firstLargest(x, inputs) { result[output] = g[largest] }
    }
    return [try context.reals(result)]
  }
}

/// Throws unless the operands are images, what they are pooled to, and a gradient of that shape.
private func requirePooled(_ context: InferenceContext, _ pooling: PoolingSettings)
  throws(OpFailure)
{
  try context.require(count: 3)
  try context.requireSameType()
  try context.require(0, dtypes: [.float32, .float64])
  let expected = try pooling.result(context.inputs[0].shape)
  for index in 1...2 where !expected.isCompatible(with: context.inputs[index].shape) {
    throw OpFailure(
      "a tensor of shape \(context.inputs[index].shape) where \(expected) is needed: the input is "
        + "\(context.inputs[0].shape), the window \(pooling.window)", code: .invalidShape)
  }
}

/// The largest element of each window that moves over the channels of images.
///
/// ```swift
/// let smaller = maxPool2D(x, window: 2, strides: 2)  // [n, 28, 28, 32]: [n, 14, 14, 32]
/// ```
/// Shapes: [n, height, width, channels], or [n, channels, height, width] with `.channelsFirst`.
/// Elements beyond the edge count as lower than any other. Errors: another rank, a window that does
/// not fit. Gradient: to the first largest element of each window.
public func maxPool2D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, window: Extent2D, strides: Extent2D? = nil,
  padding: Padding = .valid, dataFormat: DataFormat = .channelsLast, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let settings = WindowSettings(
    strides: strides ?? window, padding: padding, dataFormat: dataFormat)
  return apply(
    MaxPool(PoolingSettings(window: window, settings)), [x.node], name: name,
    at: SourceLocation(fileID, line))
}
