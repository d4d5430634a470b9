import WeftOps

extension OperationCatalogue {
  /// Convolutions and pooling.
  static let images: [Row] = [
    Row(Conv2D.typeName) { Conv2D(try $0.windowSettings()) },
    Row(Conv2DBackpropInput.typeName, types: ["T": .input(1)]) {
      Conv2DBackpropInput(try $0.windowSettings())
    },
    Row(Conv2DBackpropFilter.typeName) { Conv2DBackpropFilter(try $0.windowSettings()) },
    Row(DepthwiseConv2dNative.typeName) { DepthwiseConv2dNative(try $0.windowSettings()) },
    Row(DepthwiseConv2dNativeBackpropInput.typeName, types: ["T": .input(1)]) {
      DepthwiseConv2dNativeBackpropInput(try $0.windowSettings())
    },
    Row(DepthwiseConv2dNativeBackpropFilter.typeName) {
      DepthwiseConv2dNativeBackpropFilter(try $0.windowSettings())
    },
    Row(MaxPool.typeName) { MaxPool(try $0.poolingSettings()) },
    Row(MaxPoolGrad.typeName) { MaxPoolGrad(try $0.poolingSettings()) },
    Row(MaxPoolGradGrad.typeName) { MaxPoolGradGrad(try $0.poolingSettings()) },
    Row(AvgPool.typeName) { AvgPool(try $0.poolingSettings()) },
    Row(AvgPoolGrad.typeName, types: ["T": .input(1)]) { AvgPoolGrad(try $0.poolingSettings()) },
  ]
}

extension NodeAttributes {
  func windowSettings() throws(OpFailure) -> WindowSettings {
    try WindowSettings(
      strides: try ints("strides"), dilations: try ints("dilations", default: [1, 1, 1, 1]),
      padding: try string("padding"),
      explicitPaddings: try ints("explicit_paddings", default: []),
      dataFormat: try string("data_format", default: "NHWC"))
  }

  func poolingSettings() throws(OpFailure) -> PoolingSettings {
    try PoolingSettings(
      ksize: try ints("ksize"), strides: try ints("strides"), padding: try string("padding"),
      explicitPaddings: try ints("explicit_paddings", default: []),
      dataFormat: try string("data_format", default: "NHWC"))
  }
}
