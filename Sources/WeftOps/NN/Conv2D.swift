import WeftGraph

/// TensorFlow's `Conv2D`: filters moved over images.
public struct Conv2D: ConvolutionDefinition {
  public static let typeName = "Conv2D"
  public static let displayName = "conv2D"
  public static let role = ConvolutionRole.output
  public static let isDepthwise = false
  public let settings: WindowSettings
  public init(_ settings: WindowSettings) { self.settings = settings }
}

/// TensorFlow's `Conv2DBackpropInput`: the gradient of the images; also the transposed convolution.
public struct Conv2DBackpropInput: ConvolutionDefinition {
  public static let typeName = "Conv2DBackpropInput"
  public static let role = ConvolutionRole.input
  public static let isDepthwise = false
  public let settings: WindowSettings
  public init(_ settings: WindowSettings) { self.settings = settings }
}

/// TensorFlow's `Conv2DBackpropFilter`: the gradient of the filters.
public struct Conv2DBackpropFilter: ConvolutionDefinition {
  public static let typeName = "Conv2DBackpropFilter"
  public static let role = ConvolutionRole.filter
  public static let isDepthwise = false
  public let settings: WindowSettings
  public init(_ settings: WindowSettings) { self.settings = settings }
}

/// A two-dimensional convolution (a cross-correlation, as in all such libraries):
/// y[n, i, j, k] = Σ x[n, i s + a d - p, j s + b d - p, c] filter[a, b, c, k] over a, b, c.
///
/// ```swift
/// let edges = conv2D(images, kernel, strides: 2)  // [n, 28, 28, 1], [5, 5, 1, 32]: [n, 14, 14, 32]
/// ```
/// Shapes: [n, height, width, channels], or [n, channels, height, width] with `.channelsFirst`, and
/// [height, width, channels, filters]. Errors: other ranks, other channels, a window that does not
/// fit. Gradients: `Conv2DBackpropInput`, `Conv2DBackpropFilter`.
public func conv2D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ filter: some NodeConvertible<S>, strides: Extent2D = 1,
  padding: Padding = .same, dilations: Extent2D = 1, dataFormat: DataFormat = .channelsLast,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let settings = WindowSettings(
    strides: strides, dilations: dilations, padding: padding, dataFormat: dataFormat)
  return apply(
    Conv2D(settings), [x.node, filter.node], name: name, at: SourceLocation(fileID, line))
}

/// The transpose of a convolution, which enlarges images: the gradient that ``conv2D`` with the same
/// settings has with respect to images of that shape.
///
/// ```swift
/// let large = conv2DTranspose(x, kernel, outputShape: [nil, 14, 14, 8], strides: 2)
/// ```
/// Shapes: x [n, h, w, filters] and [height, width, channels, filters] give `outputShape`, whose
/// first dimension may be nil for that of x. Errors: an output shape that the convolution does not
/// lead to x from.
public func conv2DTranspose<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ filter: some NodeConvertible<S>, outputShape: [Int?],
  strides: Extent2D = 1, padding: Padding = .same, dataFormat: DataFormat = .channelsLast,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let x = x.node
  let settings = WindowSettings(strides: strides, padding: padding, dataFormat: dataFormat)
  let label = name ?? "conv2d_transpose"
  let batch = outputShape.first.flatMap { $0 } ?? x.shape[0]
  let rest = outputShape.dropFirst().map { $0 ?? -1 }
  let sizes: Node<Int32>
  if let batch {
    sizes = x.graph.indices([batch] + rest, name: "\(label)/output_shape", at: location)
  } else {
    let count = slice(shapeNode(x.output), begin: [0], size: [1])
    let others = x.graph.indices(rest, name: "\(label)/output_size", at: location)
    sizes = concat([count, others], axis: 0)
  }
  return apply(Conv2DBackpropInput(settings), [sizes, filter.node, x], name: label, at: location)
}

/// A convolution of sequences: ``conv2D`` over images of height 1.
///
/// Shapes: [n, length, channels] and [width, channels, filters] give [n, length, filters].
public func conv1D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ filter: some NodeConvertible<S>, stride: Int = 1,
  padding: Padding = .same, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let label = name ?? "conv1d"
  let images = expandDims(
    x, axis: 1, name: "\(label)/ExpandDims", fileID: fileID, line: line)
  let filters = expandDims(
    filter, axis: 0, name: "\(label)/ExpandDims_1", fileID: fileID, line: line)
  let result = conv2D(
    images, filters, strides: Extent2D(1, stride), padding: padding, name: "\(label)/Conv2D",
    fileID: fileID, line: line)
  return squeeze(result, axes: [1], name: "\(label)/Squeeze", fileID: fileID, line: line)
}
