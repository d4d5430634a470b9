import WeftOps

extension OperationCatalogue {
  private static let activations: [any OpDefinition] = [
    Relu(), ReluGrad(), Relu6(), Relu6Grad(), Elu(), EluGrad(), Selu(), SeluGrad(), Softplus(),
    SoftplusGrad(), Softsign(), SoftsignGrad(), Softmax(), LogSoftmax(), L2Loss(),
    SoftmaxCrossEntropyWithLogits(),
  ]

  static let neural: [Row] =
    activations.map { .plain($0) } + [
      Row(LeakyRelu.typeName) { LeakyRelu(alpha: try $0.float("alpha", default: 0.2)) },
      Row(LeakyReluGrad.typeName) { LeakyReluGrad(alpha: try $0.float("alpha", default: 0.2)) },
      .plain(
        SparseSoftmaxCrossEntropyWithLogits(), types: ["T": .input(0), "Tlabels": .input(1)]),
      .plain(InTopKV2(), types: ["T": .input(1)]),
      Row(BiasAdd.typeName) {
        let format: DataFormat = try $0.word("data_format", default: "NHWC")
        return format == .channelsLast ? BiasAdd() : BiasAddChannelsFirst()
      },
      // The first form of the operation, from before there were data formats.
      .renamed("BiasAddV1", BiasAdd()),
      Row(BiasAddGrad.typeName) {
        BiasAddGrad(dataFormat: try $0.word("data_format", default: "NHWC"))
      },
      Row(FusedBatchNormV3.typeName, types: ["T": .input(0), "U": .input(1)]) {
        FusedBatchNormV3(
          epsilon: try $0.float("epsilon", default: 0.0001),
          dataFormat: try $0.word("data_format", default: "NHWC"),
          isTraining: try $0.bool("is_training", default: true))
      },
      Row(FusedBatchNormGradV3.typeName, types: ["T": .input(0), "U": .input(5)]) {
        FusedBatchNormGradV3(
          epsilon: try $0.float("epsilon", default: 0.0001),
          dataFormat: try $0.word("data_format", default: "NHWC"),
          isTraining: try $0.bool("is_training", default: true))
      },
      Row(LRN.typeName) { LRN(try $0.localResponseWindow()) },
      Row(LRNGrad.typeName) { LRNGrad(try $0.localResponseWindow()) },
    ]
}

extension NodeAttributes {
  func localResponseWindow() throws(OpFailure) -> LocalResponseWindow {
    LocalResponseWindow(
      radius: try int("depth_radius", default: 5), bias: try float("bias", default: 1),
      alpha: try float("alpha", default: 1), beta: try float("beta", default: 0.5))
  }
}
