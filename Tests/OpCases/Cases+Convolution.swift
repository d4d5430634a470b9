import Weft
import WeftTesting

/// A convolution's sizes.
private struct ConvolutionCase {
  var input: [Int]
  var filter: [Int]
  var strides: Extent2D = 1
  var dilations: Extent2D = 1
  var padding = Padding.same
  var dataFormat = DataFormat.channelsLast
  var dtype = DType.float32
}

extension CaseTable {
  static let convolutions: [OpCase] = {
    let sizes: [ConvolutionCase] = [
      ConvolutionCase(input: [2, 7, 6, 3], filter: [3, 2, 3, 4]),
      ConvolutionCase(input: [1, 5, 8, 2], filter: [2, 5, 2, 3], padding: .valid),
      ConvolutionCase(input: [2, 8, 7, 2], filter: [3, 3, 2, 3], strides: Extent2D(2, 3)),
      ConvolutionCase(
        input: [1, 9, 8, 2], filter: [2, 3, 2, 5], strides: Extent2D(3, 2), padding: .valid),
      ConvolutionCase(
        input: [2, 9, 7, 1], filter: [3, 2, 1, 2], dilations: Extent2D(2, 3)),
      ConvolutionCase(
        input: [1, 8, 9, 2], filter: [2, 3, 2, 3], strides: Extent2D(2, 3),
        dilations: Extent2D(3, 2)),
      ConvolutionCase(
        input: [2, 5, 4, 3], filter: [3, 3, 3, 2], strides: 2,
        padding: .explicit(top: 2, bottom: 1, left: 0, right: 3)),
      ConvolutionCase(input: [2, 4, 5, 3], filter: [1, 1, 3, 7]),
      ConvolutionCase(input: [1, 5, 5, 2], filter: [1, 1, 2, 3], strides: Extent2D(3, 2)),
      ConvolutionCase(input: [2, 6, 5, 3], filter: [3, 2, 3, 4], dataFormat: .channelsFirst),
      ConvolutionCase(
        input: [1, 7, 5, 2], filter: [2, 2, 2, 3], strides: 2, padding: .valid,
        dataFormat: .channelsFirst),
      ConvolutionCase(
        input: [1, 4, 6, 2], filter: [3, 3, 2, 3],
        padding: .explicit(top: 1, bottom: 0, left: 2, right: 1), dataFormat: .channelsFirst),
      ConvolutionCase(input: [2, 6, 7, 3], filter: [3, 4, 3, 5], dtype: .float64),
      ConvolutionCase(input: [1, 1, 1, 3], filter: [3, 3, 3, 2]),
      ConvolutionCase(input: [0, 4, 4, 1], filter: [3, 3, 1, 2]),
      ConvolutionCase(input: [2, 4, 4, 0], filter: [3, 3, 0, 2]),
      ConvolutionCase(input: [2, 4, 5, 2], filter: [3, 3, 2, 0]),
      // Full vectors and tiles, several strips, groups and panels.
      ConvolutionCase(input: [3, 17, 31, 5], filter: [5, 5, 5, 37]),
      ConvolutionCase(input: [20, 9, 15, 16], filter: [3, 3, 16, 32]),
      ConvolutionCase(input: [19, 12, 13, 7], filter: [3, 4, 7, 33], strides: 2),
      ConvolutionCase(input: [1, 70, 80, 8], filter: [3, 3, 8, 16], padding: .valid),
      ConvolutionCase(input: [2, 30, 40, 6], filter: [1, 1, 6, 50]),
      ConvolutionCase(input: [5, 14, 29, 4], filter: [5, 5, 4, 19], dtype: .float64),
      // Far taps, which see nothing but edges.
      ConvolutionCase(input: [1, 3, 4, 1], filter: [2, 3, 1, 2], dilations: Extent2D(90_000, 2)),
    ]
    return sizes.flatMap { cases($0, isDepthwise: false) + cases($0, isDepthwise: true) }
  }()

  /// The convolution and both gradients.
  private static func cases(_ size: ConvolutionCase, isDepthwise: Bool) -> [OpCase] {
    let settings = WindowSettings(
      strides: size.strides, dilations: size.dilations, padding: size.padding,
      dataFormat: size.dataFormat)
    var (shape, filter) = (size.input, size.filter)
    if size.dataFormat == .channelsFirst { shape = [shape[0], shape[3], shape[1], shape[2]] }
    if isDepthwise { filter[3] = min(filter[3], filter[3] > 9 ? 1 : 3) }
    guard
      let geometry = try? ConvolutionGeometry(
        settings, isDepthwise: isDepthwise, input: shape, filter: filter)
    else { return [] }
    let (rows, columns, channels) = (
      geometry.rows.output, geometry.columns.output, geometry.outputChannels
    )
    let result =
      size.dataFormat == .channelsFirst
      ? [shape[0], channels, rows, columns] : [shape[0], rows, columns, channels]
    let x = OpCase.Operand.fed(.random(shape, as: size.dtype))
    let w = OpCase.Operand.fed(.random(filter, seed: 2, as: size.dtype))
    let g = OpCase.Operand.fed(.random(result, seed: 3, as: size.dtype))
    func sizes(_ shape: [Int]) -> OpCase.Operand { .constant(AnyTensor(indices: shape)) }
    let tolerance = Tolerance(ulps: 8, absolute: size.dtype == .float32 ? 5e-4 : 1e-12)
    let products = geometry.batch * rows * columns * channels * filter[0] * filter[1]
    let name = "\(shape) \(filter) \(settings)"
    func made(_ definition: some OpDefinition, _ operands: [OpCase.Operand]) -> OpCase {
      let opCase = OpCase(definition, operands, name: name, tolerance: tolerance)
      return products > 0 && products < 4000 ? opCase : opCase.withoutGradient("the size")
    }
    return isDepthwise
      ? [
        made(DepthwiseConv2dNative(settings), [x, w]),
        made(DepthwiseConv2dNativeBackpropInput(settings), [sizes(shape), w, g]),
        made(DepthwiseConv2dNativeBackpropFilter(settings), [x, sizes(filter), g]),
      ]
      : [
        made(Conv2D(settings), [x, w]),
        made(Conv2DBackpropInput(settings), [sizes(shape), w, g]),
        made(Conv2DBackpropFilter(settings), [x, sizes(filter), g]),
      ] + epilogues(Conv2D(settings), [x, w], filters: filter[3], size.dtype, name, tolerance)
  }
  /// What the compiler makes of a convolution with the channels last and what follows it.
  private static func epilogues(
    _ convolution: Conv2D, _ operands: [OpCase.Operand], filters: Int, _ dtype: DType,
    _ name: String,
    _ tolerance: Tolerance
  ) -> [OpCase] {
    guard convolution.settings.dataFormat == .channelsLast else { return [] }
    let bias = OpCase.Operand.fed(.special([filters], as: dtype))
    return [(true, false), (false, true), (true, true)].map { addsBias, isRectified in
      OpCase(
        Conv2DEpilogue(convolution: convolution, addsBias: addsBias, isRectified: isRectified),
        operands + (addsBias ? [bias] : []), name: "\(name) bias \(addsBias) relu \(isRectified)",
        tolerance: tolerance, gradient: .skipped("made after gradients are"))
    }
  }
}
