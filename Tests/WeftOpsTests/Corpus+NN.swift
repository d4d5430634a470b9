import WeftOps

private func pointwise(_ definition: any OpDefinition) -> CorpusCase.Builder {
  { $0.apply(definition) }
}

let corpusNN: [String: CorpusCase.Builder] = [
  "elu": pointwise(Elu()), "relu": pointwise(Relu()), "relu6": pointwise(Relu6()),
  "selu": pointwise(Selu()), "softplus": pointwise(Softplus()),
  "softsign": pointwise(Softsign()), "l2_loss": pointwise(L2Loss()),
]
