import WeftOps

private typealias F = Float

private func window(_ c: CorpusCase, strides: [Int]? = nil, dilations: [Int]? = nil)
  -> WindowSettings?
{
  try? WindowSettings(
    strides: strides ?? c.ints("strides"), dilations: dilations ?? [1, 1, 1, 1],
    padding: c.string("padding"))
}

private func padding(_ c: CorpusCase) -> Padding { c.string("padding") == "SAME" ? .same : .valid }

private func pooling(_ c: CorpusCase) -> PoolingSettings? {
  try? PoolingSettings(
    ksize: c.ints("ksize"), strides: c.ints("strides"), padding: c.string("padding"))
}

let corpusConvolution: [String: CorpusCase.Builder] = [
  "conv2d": { c in
    window(c, dilations: c.ints("dilations")).map { c.apply(Conv2D($0)) } ?? []
  },
  "atrous_conv2d": { c in
    let rate = c.ints("rate")
    return [
      conv2D(
        c.node(0, F.self), c.node(1), padding: padding(c), dilations: Extent2D(rate[0], rate[1])
      ).output
    ]
  },
  "conv1d": { c in
    [conv1D(c.node(0, F.self), c.node(1), stride: c.int("stride"), padding: padding(c)).output]
  },
  "conv2d_transpose": { c in
    guard let settings = window(c) else { return [] }
    var shape: [Int?] = c.ints("output_shape")
    shape[0] = nil
    return [
      conv2DTranspose(
        c.node(0, F.self), c.node(1), outputShape: shape,
        strides: settings.strides, padding: settings.padding
      ).output
    ]
  },
  "depthwise_conv2d": { c in window(c).map { c.apply(DepthwiseConv2dNative($0)) } ?? [] },
  "separable_conv2d": { c in
    guard let settings = window(c) else { return [] }
    return [
      separableConv2D(
        c.node(0, F.self), depthwise: c.node(1), pointwise: c.node(2),
        strides: settings.strides, padding: settings.padding
      ).output
    ]
  },
  "max_pool": { c in pooling(c).map { c.apply(MaxPool($0)) } ?? [] },
  "avg_pool": { c in pooling(c).map { c.apply(AvgPool($0)) } ?? [] },
]
