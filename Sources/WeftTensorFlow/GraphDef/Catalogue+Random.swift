import WeftOps

extension OperationCatalogue {
  static let random: [Row] = [
    Row(RandomUniform.typeName) {
      RandomUniform(dtype: try $0.type("dtype"), seed: try $0.seed, seed2: try $0.seed2)
    },
    Row(RandomStandardNormal.typeName) {
      RandomStandardNormal(dtype: try $0.type("dtype"), seed: try $0.seed, seed2: try $0.seed2)
    },
    Row(TruncatedNormal.typeName) {
      TruncatedNormal(dtype: try $0.type("dtype"), seed: try $0.seed, seed2: try $0.seed2)
    },
    Row(RandomUniformInt.typeName, types: ["T": .input(0), "Tout": .input(1)]) {
      RandomUniformInt(seed: try $0.seed, seed2: try $0.seed2)
    },
    Row(RandomShuffle.typeName) { RandomShuffle(seed: try $0.seed, seed2: try $0.seed2) },
    Row(RandomGamma.typeName, types: ["S": .input(0), "T": .input(1)]) {
      RandomGamma(seed: try $0.seed, seed2: try $0.seed2)
    },
    Row(Multinomial.typeName) {
      Multinomial(
        dtype: try $0.type("output_dtype", default: .int64), seed: try $0.seed,
        seed2: try $0.seed2)
    },
    Row(StatelessRandomUniform.typeName, types: ["T": .input(0), "Tseed": .input(1)]) {
      StatelessRandomUniform(dtype: try $0.type("dtype", default: .float32))
    },
    Row(StatelessRandomNormal.typeName, types: ["T": .input(0), "Tseed": .input(1)]) {
      StatelessRandomNormal(dtype: try $0.type("dtype", default: .float32))
    },
    Row(StatelessTruncatedNormal.typeName, types: ["T": .input(0), "Tseed": .input(1)]) {
      StatelessTruncatedNormal(dtype: try $0.type("dtype", default: .float32))
    },
    Row(UniformCandidateSampler.typeName, types: [:]) {
      UniformCandidateSampler(
        trueClasses: try $0.int("num_true"), samples: try $0.count("num_sampled"),
        unique: try $0.bool("unique"), range: try $0.int("range_max"), seed: try $0.seed,
        seed2: try $0.seed2)
    },
    Row(LogUniformCandidateSampler.typeName, types: [:]) {
      LogUniformCandidateSampler(
        trueClasses: try $0.int("num_true"), samples: try $0.count("num_sampled"),
        unique: try $0.bool("unique"), range: try $0.int("range_max"), seed: try $0.seed,
        seed2: try $0.seed2)
    },
  ]
}

extension NodeAttributes {
  var seed: Int64 { get throws(OpFailure) { Int64(try int("seed", default: 0)) } }
  var seed2: Int64 { get throws(OpFailure) { Int64(try int("seed2", default: 0)) } }
}
