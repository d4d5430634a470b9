import WeftOps

/// A convolutional layer: activation(conv2D(x, kernel) + bias).
///
/// Shapes: [n, height, width, channels] gives [n, ⌈height / s⌉, ⌈width / s⌉, filters] with the padding
/// `.same`. Variables: `conv2d/kernel` of [height, width, channels, filters] and `conv2d/bias` of
/// [filters], found again where the variable scope shares them.
///
/// ```swift
/// let edges = conv2D(images, filters: 32, kernel: 5, activation: .relu)
/// let smaller = maxPool2D(edges, window: 2)
/// let scores = dense(flatten(smaller), units: 10)
/// ```
/// - Parameters:
///   - x: the images; their channels must be known.
///   - filters: the number of results for each position.
///   - kernel: the size of the window.
///   - activation: what is done to the sums.
///   - kernelInitializer: by default Glorot's uniform distribution.
///   - biasInitializer: nil for a layer without a bias.
///   - name: the variable scope; by default `conv2d`, `conv2d_1`, ...
///   - reuse: whether the variables of that name are shared; by default as the scope around says.
public func conv2D<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, filters: Int, kernel: Extent2D, strides: Extent2D = 1,
  padding: Padding = .same, dilations: Extent2D = 1, dataFormat: DataFormat = .channelsLast,
  activation: Activation<S>? = nil, kernelInitializer: Initializer<S> = .glorotUniform(),
  biasInitializer: Initializer<S>? = .zeros(), name: String? = nil, reuse: VariableReuse? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let x = x.node
  let graph = x.graph
  return graph.layer(name, "conv2d", reuse: reuse, at: location) {
    guard filters > 0, min(kernel.height, kernel.width) > 0, x.shape.rank == 4,
      let channels = x.shape[dataFormat.channelAxis(rank: 4)]
    else {
      return refuse(
        x, "conv2d",
        "takes images of rank 4 with their channels known, at least 1 filter and a kernel of 1 or "
          + "more, not \(x.shape), \(filters) and \(kernel)", at: location)
    }
    let weights = graph.getVariable(
      S.self, "kernel", shape: [kernel.height, kernel.width, channels, filters],
      kernelInitializer, fileID: fileID, line: line)
    var sums = conv2D(
      x, weights, strides: strides, padding: padding, dilations: dilations,
      dataFormat: dataFormat, fileID: fileID, line: line)
    if let biasInitializer {
      let bias = graph.getVariable(
        S.self, "bias", shape: [filters], biasInitializer, fileID: fileID, line: line)
      sums = biasAdd(sums, bias, dataFormat, fileID: fileID, line: line)
    }
    return activation?(sums) ?? sums
  }
}
