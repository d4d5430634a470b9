import WeftOps

private func pointwise(_ definition: any OpDefinition) -> CorpusCase.Builder {
  { $0.apply(definition) }
}

private typealias F = Float

let corpusNN: [String: CorpusCase.Builder] = [
  "elu": pointwise(Elu()), "relu": pointwise(Relu()), "relu6": pointwise(Relu6()),
  "selu": pointwise(Selu()), "softplus": pointwise(Softplus()),
  "softsign": pointwise(Softsign()), "l2_loss": pointwise(L2Loss()),
  "leaky_relu": { c in c.apply(LeakyRelu(alpha: c.double("alpha"))) },
  "bias_add": { c in
    let format = DataFormat(rawValue: c.string("data_format")) ?? .channelsLast
    return [biasAdd(c.node(0, F.self), c.node(1), format).output]
  },
  "xw_plus_b": { c in [biasAdd(matmul(c.node(0, F.self), c.node(1)), c.node(2)).output] },
  "softmax": { c in
    c.has(.float64)
      ? [softmax(c.node(0, Double.self), axis: c.axes()?.first ?? -1).output]
      : [softmax(c.node(0, F.self), axis: c.axes()?.first ?? -1).output]
  },
  "log_softmax": { c in
    c.has(.float64)
      ? [logSoftmax(c.node(0, Double.self), axis: c.axes()?.first ?? -1).output]
      : [logSoftmax(c.node(0, F.self), axis: c.axes()?.first ?? -1).output]
  },
  "softmax_cross_entropy_with_logits": { c in
    c.has(.float64)
      ? [softmaxCrossEntropy(logits: c.node(1, Double.self), labels: c.node(0)).output]
      : [softmaxCrossEntropy(logits: c.node(1, F.self), labels: c.node(0)).output]
  },
  "softmax_cross_entropy_with_logits_v2": { c in
    c.has(.float64)
      ? [softmaxCrossEntropy(logits: c.node(1, Double.self), labels: c.node(0)).output]
      : [softmaxCrossEntropy(logits: c.node(1, F.self), labels: c.node(0)).output]
  },
  "sparse_softmax_cross_entropy_with_logits": { c in
    c.has(.int64)
      ? [sparseSoftmaxCrossEntropy(logits: c.node(1, F.self), labels: c.node(0, Int64.self)).output]
      : [sparseSoftmaxCrossEntropy(logits: c.node(1, F.self), labels: c.node(0, Int32.self)).output]
  },
  "sigmoid_cross_entropy_with_logits": { c in
    [sigmoidCrossEntropy(logits: c.node(1, F.self), labels: c.node(0)).output]
  },
  "weighted_cross_entropy_with_logits": { c in
    [
      weightedCrossEntropy(
        logits: c.node(1, F.self), labels: c.node(0), positiveWeight: F(c.double("pos_weight"))
      ).output
    ]
  },
  "moments": { c in
    let (mean, variance) = moments(
      c.node(0, F.self), axes: c.ints("axes"), keepDims: c.bool("keep_dims"))
    return [mean.output, variance.output]
  },
  "batch_normalization": { c in
    [
      batchNormalization(
        c.node(0, F.self), mean: c.node(1), variance: c.node(2),
        offset: c.node(named: "offset", F.self), scale: c.node(named: "scale", F.self),
        epsilon: F(c.double("variance_epsilon"))
      ).output
    ]
  },
  "l2_normalize": { c in
    [l2Normalize(c.node(0, F.self), axes: c.axes(), epsilon: F(c.double("epsilon"))).output]
  },
  "zero_fraction": { c in [zeroFraction(c.node(0, F.self)).output] },
  "clip_by_value": { c in
    c.has(.int32)
      ? [clipByValue(c.node(0, Int32.self), Int32(c.int("min")), Int32(c.int("max"))).output]
      : [clipByValue(c.node(0, F.self), F(c.double("min")), F(c.double("max"))).output]
  },
  "clip_by_norm": { c in
    [clipByNorm(c.node(0, F.self), F(c.double("clip_norm")), axes: c.axes("axes")).output]
  },
  "global_norm": { c in [globalNorm(c.inputs.indices.map { c.node($0, F.self) }).output] },
  "clip_by_global_norm": { c in
    let (clipped, norm) = clipByGlobalNorm(
      c.inputs.indices.map { c.node($0, F.self) }, F(c.double("clip_norm")))
    return clipped.compactMap { $0?.output } + [norm.output]
  },
  "in_top_k": { c in
    c.has(.int64, 1)
      ? [inTopK(c.node(0), c.node(1, Int64.self), k: c.int("k")).output]
      : [inTopK(c.node(0), c.node(1, Int32.self), k: c.int("k")).output]
  },
  "dropout": { c in
    let noise = c.ints("noise_shape")
    return [
      dropout(
        c.node(0, F.self), keep: 1 - c.double("rate"), noiseShape: noise.isEmpty ? nil : noise,
        seed: c.int("op_seed")
      ).output
    ]
  },
  "fused_batch_norm": { c in
    let training = c.bool("is_training")
    let (y, mean, variance) = fusedBatchNorm(
      c.node(0, F.self), scale: c.node(1), offset: c.node(2),
      mean: c.node(named: "mean"), variance: c.node(named: "variance"),
      epsilon: c.double("epsilon"), isTraining: training)
    return training ? [y.output, mean.output, variance.output] : [y.output]
  },
  "crelu": { c in [crelu(c.node(0, F.self)).output] },
  "local_response_normalization": { c in
    [
      localResponseNormalization(
        c.node(0, F.self), radius: c.int("depth_radius"), bias: c.double("bias"),
        alpha: c.double("alpha"), beta: c.double("beta")
      ).output
    ]
  },
  "losses_huber": { c in
    [huberLoss(labels: c.node(0, F.self), predictions: c.node(1)).output]
  },
  "losses_mean_squared_error": { c in
    [meanSquaredError(labels: c.node(0, F.self), predictions: c.node(1)).output]
  },
  "losses_softmax_cross_entropy": { c in
    [softmaxCrossEntropyLoss(labels: c.node(0, F.self), logits: c.node(1)).output]
  },
  "batch_matmul": { c in
    c.apply(
      BatchMatMulV2(adjointX: c.bool("transpose_a"), adjointY: c.bool("transpose_b")))
  },
]
