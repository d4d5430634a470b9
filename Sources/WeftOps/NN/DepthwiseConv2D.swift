import WeftGraph

/// TensorFlow's `DepthwiseConv2dNative`: filters of its own moved over each channel of images.
public struct DepthwiseConv2dNative: ConvolutionDefinition {
  public static let typeName = "DepthwiseConv2dNative"
  public static let displayName = "depthwiseConv2D"
  public static let role = ConvolutionRole.output
  public static let isDepthwise = true
  public let settings: WindowSettings
  public init(_ settings: WindowSettings) { self.settings = settings }
}

/// TensorFlow's `DepthwiseConv2dNativeBackpropInput`: the gradient of the images.
public struct DepthwiseConv2dNativeBackpropInput: ConvolutionDefinition {
  public static let typeName = "DepthwiseConv2dNativeBackpropInput"
  public static let role = ConvolutionRole.input
  public static let isDepthwise = true
  public let settings: WindowSettings
  public init(_ settings: WindowSettings) { self.settings = settings }
}

/// TensorFlow's `DepthwiseConv2dNativeBackpropFilter`: the gradient of the filters.
public struct DepthwiseConv2dNativeBackpropFilter: ConvolutionDefinition {
  public static let typeName = "DepthwiseConv2dNativeBackpropFilter"
  public static let role = ConvolutionRole.filter
  public static let isDepthwise = true
  public let settings: WindowSettings
  public init(_ settings: WindowSettings) { self.settings = settings }
}

/// A convolution in which every channel has filters of its own:
/// y[n, i, j, c m + k] = Σ x[n, i s + a d - p, j s + b d - p, c] filter[a, b, c, k] over a, b.
///
/// Shapes: [n, height, width, channels] and [height, width, channels, m] give channels m results for
/// each position. Errors: other ranks, other channels, a window that does not fit. Gradients:
/// `DepthwiseConv2dNativeBackpropInput`, `DepthwiseConv2dNativeBackpropFilter`.
public func depthwiseConv2D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ filter: some NodeConvertible<S>, strides: Extent2D = 1,
  padding: Padding = .same, dilations: Extent2D = 1, dataFormat: DataFormat = .channelsLast,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let settings = WindowSettings(
    strides: strides, dilations: dilations, padding: padding, dataFormat: dataFormat)
  return apply(
    DepthwiseConv2dNative(settings), [x.node, filter.node], name: name,
    at: SourceLocation(fileID, line))
}

/// A depthwise convolution followed by one of window 1 that mixes the channels.
///
/// Shapes: filters [height, width, channels, m] and [1, 1, channels m, filters].
public func separableConv2D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, depthwise: some NodeConvertible<S>,
  pointwise: some NodeConvertible<S>, strides: Extent2D = 1, padding: Padding = .same,
  dataFormat: DataFormat = .channelsLast, name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  let label = name ?? "separable_conv2d"
  let channels = depthwiseConv2D(
    x, depthwise, strides: strides, padding: padding, dataFormat: dataFormat,
    name: "\(label)/depthwise", fileID: fileID, line: line)
  return conv2D(
    channels, pointwise, padding: .valid, dataFormat: dataFormat, name: label, fileID: fileID,
    line: line)
}
