import Foundation
import WeftOps

/// A file of random numbers drawn by TensorFlow.
struct RandomVectors: Codable {
  var vectors: [Vector]
  var seed_rule: [SeedRule]

  struct Vector: Codable {
    var op: String
    var graph_seed: Int?
    var op_seed: Int?
    var seed: Int64
    var seed2: Int64
    var params: Parameters
    var raw_runs: [Run]
    var final_runs: [Run]?
  }

  struct Parameters: Codable {
    var minval: Number?
    var maxval: Number?
    var mean: Double?
    var stddev: Double?
    var n: Int?
    var logits: [Float]?
    var logits_shape: [Int]?
    var num_samples: Int?
    var alpha: Float?
    var num_sampled: Int?
    var range_max: Int?
    var unique: Bool?
  }

  /// A number that may be too large an integer for a real number to hold.
  enum Number: Codable {
    case integer(Int64)
    case real(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Int64.self) {
        self = .integer(value)
      } else {
        self = .real(try container.decode(Double.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .integer(let value): try container.encode(value)
      case .real(let value): try container.encode(value)
      }
    }

    var real: Double {
      switch self {
      case .integer(let value): Double(value)
      case .real(let value): value
      }
    }

    var integer: Int64 {
      switch self {
      case .integer(let value): value
      case .real(let value): Int64(converting: value)
      }
    }
  }

  struct Run: Codable {
    var shape: [Int]
    var dtype: String
    var hex: String?
    var sha256: String?
  }

  struct SeedRule: Codable {
    var graph_seed: Int?
    var op_seed: Int?
    var result: [Int64]
  }

  init(contentsOf url: URL) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }
}

/// One random operation and its stream, as a session keeps it.
final class RandomOperation {
  private let vector: RandomVectors.Vector
  private var position: RandomPosition

  init(_ vector: RandomVectors.Vector) {
    self.vector = vector
    let start = Philox(seed: vector.seed, seed2: vector.seed2)
    position = RandomPosition(key: start.key, counter: start.counter)
  }

  /// The operations that the vectors of this file cover.
  static let covered: Set<String> = [
    "RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt",
    "RandomShuffle", "Multinomial", "RandomGamma", "LogUniformCandidateSampler",
    "UniformCandidateSampler",
  ]

  func next(_ run: RandomVectors.Run) throws -> AnyTensor {
    guard let dtype = DType.allCases.first(where: { $0.description == run.dtype }) else {
      throw OpFailure("no type \(run.dtype)")
    }
    let (definition, inputs) = try parts(run, dtype)
    let types = inputs.map { TensorType($0.dtype, TensorShape($0.shape)) }
    let outputs = try definition.outputTypes(InferenceContext(inputs: types, constants: inputs))
    let context = EvaluationContext(inputs: inputs, outputTypes: outputs) { blocks in
      defer {
        self.position = RandomPosition(
          key: self.position.key, counter: self.position.counter &+ UInt128(blocks))
      }
      return self.position
    }
    return try definition.evaluate(context)[0]
  }

  private func parts(
    _ run: RandomVectors.Run, _ dtype: DType
  ) throws -> (any OpDefinition, [AnyTensor]) {
    let (seed, seed2, params) = (vector.seed, vector.seed2, vector.params)
    let shape = AnyTensor(indices: run.shape)
    switch vector.op {
    case "RandomUniform": return (RandomUniform(dtype: dtype, seed: seed, seed2: seed2), [shape])
    case "RandomStandardNormal":
      return (RandomStandardNormal(dtype: dtype, seed: seed, seed2: seed2), [shape])
    case "TruncatedNormal":
      return (TruncatedNormal(dtype: dtype, seed: seed, seed2: seed2), [shape])
    case "RandomUniformInt":
      let bounds = [params.minval, params.maxval].map { bound -> AnyTensor in
        let value = bound?.integer ?? 0
        return dtype == .int64 ? AnyTensor(Tensor(value)) : AnyTensor(Tensor(Int32(value)))
      }
      return (RandomUniformInt(seed: seed, seed2: seed2), [shape] + bounds)
    case "RandomShuffle":
      let rows = AnyTensor(Tensor((0..<Int32(params.n ?? 0)).map { $0 }))
      return (RandomShuffle(seed: seed, seed2: seed2), [rows])
    case "Multinomial":
      let logits = try Tensor<Float>(
        shape: params.logits_shape ?? [], scalars: params.logits ?? [])
      let samples = Tensor(Int32(params.num_samples ?? 0))
      return (
        Multinomial(dtype: dtype, seed: seed, seed2: seed2),
        [AnyTensor(logits), AnyTensor(samples)]
      )
    case "RandomGamma":
      return (
        RandomGamma(seed: seed, seed2: seed2), [shape, AnyTensor(Tensor(params.alpha ?? 1))]
      )
    case "LogUniformCandidateSampler", "UniformCandidateSampler":
      let count = params.num_sampled ?? 0
      let (unique, range) = (params.unique ?? false, params.range_max ?? 0)
      let definition: any OpDefinition =
        vector.op.hasPrefix("Log")
        ? LogUniformCandidateSampler(
          trueClasses: 1, samples: count, unique: unique, range: range, seed: seed, seed2: seed2)
        : UniformCandidateSampler(
          trueClasses: 1, samples: count, unique: unique, range: range, seed: seed, seed2: seed2)
      let classes = try Tensor<Int64>(shape: [1, 1], scalars: [1])
      return (definition, [AnyTensor(classes)])
    default: throw OpFailure("no vectors of \(vector.op)")
    }
  }

  /// The numbers scaled as the graph does it: product and sum rounded one after the other.
  func scaled(_ raw: AnyTensor) -> AnyTensor {
    func open<S: RandomScalar>(_: S.Type) -> AnyTensor {
      guard let tensor = raw.typed(S.self) else { return raw }
      let parameters = vector.params
      let low = S(converting: parameters.minval?.real ?? parameters.mean ?? 0)
      var factor = S(converting: parameters.stddev ?? 1)
      if let high = parameters.maxval?.real {
        factor = S(converting: S(converting: high).asDouble - low.asDouble)
      }
      return AnyTensor(
        tensor.map { value in
          let product = S(converting: value.asDouble * factor.asDouble)
          return S(converting: product.asDouble + low.asDouble)
        })
    }
    guard let type = raw.dtype.scalarType as? any RandomScalar.Type else { return raw }
    return open(type)
  }
}

extension AnyTensor {
  var hex: String {
    let digits = Array("0123456789abcdef")
    return withUnsafeBytes { bytes in
      String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
  }

  func matches(_ run: RandomVectors.Run) -> Bool {
    guard shape == run.shape, dtype.description == run.dtype else { return false }
    if let expected = run.hex { return expected == hex }
    return run.sha256 == sha256(withUnsafeBytes { Array($0) })
  }
}
