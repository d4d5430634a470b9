import Glibc
import WeftGraph

/// How candidate classes are drawn.
public enum CandidateDistribution: Hashable, Sendable {
  /// Every class as often.
  case uniform
  /// Class k with probability log((k + 2) / (k + 1)) / log(range + 1): frequent classes first.
  case logUniform
}

/// What the samplers of candidate classes have in common: sampled classes, and how often each true
/// and each sampled class is expected among them.
public protocol CandidateSampler: RandomDefinition {
  /// The number of true classes of each example.
  var trueClasses: Int { get }
  /// The number of classes drawn.
  var samples: Int { get }
  /// Whether no class is drawn twice.
  var unique: Bool { get }
  /// The number of classes.
  var range: Int { get }
  /// How they are drawn.
  var distribution: CandidateDistribution { get }
}

extension CandidateSampler {
  public var attributes: [Attribute] {
    [
      Attribute("num_true", .int(trueClasses)), Attribute("num_sampled", .int(samples)),
      Attribute("unique", .bool(unique)), Attribute("range_max", .int(range)),
    ] + seedAttributes
  }
  public var inputNames: [String] { ["true_classes"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.int64])
    try context.require(0, rank: 2)
    guard trueClasses > 0, samples > 0, range > 0 else {
      throw OpFailure("cannot draw \(samples) of \(range) classes for \(trueClasses) true ones")
    }
    if unique, samples > range {
      throw OpFailure("cannot draw \(samples) different classes of \(range)")
    }
    let classes = context.inputs[0].shape
    guard classes.isCompatible(with: [nil, trueClasses]) else {
      throw OpFailure(
        "the true classes have the shape \(classes), not [?, \(trueClasses)]", code: .invalidShape)
    }
    return [
      TensorType(.int64, [samples]), TensorType(.float32, [classes[0], trueClasses]),
      TensorType(.float32, [samples]),
    ]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let position = context.reserveRandomBlocks(512 * UInt64(samples))
    var words = PhiloxWords(Philox(position))
    var drawn: [Int] = []
    var seen: Set<Int> = []
    var tries = 0
    while drawn.count < samples {
      tries += 1
      let value = draw(&words)
      if !unique || seen.insert(value).inserted { drawn.append(value) }
    }
    let truth = context.inputs[0].integers
    return [
      try hostTensor([samples], drawn.map { Int64($0) }),
      try hostTensor(context.inputs[0].shape, truth.map { expected($0, tries) }),
      try hostTensor([samples], drawn.map { expected($0, tries) }),
    ]
  }

  private func draw(_ words: inout PhiloxWords) -> Int {
    switch distribution {
    case .uniform: return Int(words.next(below: UInt64(range)))
    case .logUniform:
      let value = exp(words.nextUniform() * log(Double(range) + 1))
      return (Int(value) - 1) % range
    }
  }

  /// How often a class is expected among the samples after so many tries.
  private func expected(_ value: Int, _ tries: Int) -> Float {
    let probability: Float
    switch distribution {
    case .uniform: probability = Float(1 / Double(range))
    case .logUniform:
      let odds = log((Double(value) + 2) / (Double(value) + 1))
      probability = Float(odds / log(Double(range) + 1))
    }
    if tries == samples { return probability * Float(samples) }
    return -expm1f(Float(tries) * log1pf(-probability))
  }
}

/// TensorFlow's `UniformCandidateSampler`: every class as often.
public struct UniformCandidateSampler: CandidateSampler {
  public static let typeName = "UniformCandidateSampler"
  public let trueClasses: Int
  public let samples: Int
  public let unique: Bool
  public let range: Int
  public let seed: Int64
  public let seed2: Int64
  public var distribution: CandidateDistribution { .uniform }
  public init(
    trueClasses: Int, samples: Int, unique: Bool, range: Int, seed: Int64, seed2: Int64
  ) {
    self.trueClasses = trueClasses
    self.samples = samples
    self.unique = unique
    self.range = range
    self.seed = seed
    self.seed2 = seed2
  }
}

/// TensorFlow's `LogUniformCandidateSampler`: frequent classes, those of small number, more often.
public struct LogUniformCandidateSampler: CandidateSampler {
  public static let typeName = "LogUniformCandidateSampler"
  public let trueClasses: Int
  public let samples: Int
  public let unique: Bool
  public let range: Int
  public let seed: Int64
  public let seed2: Int64
  public var distribution: CandidateDistribution { .logUniform }
  public init(
    trueClasses: Int, samples: Int, unique: Bool, range: Int, seed: Int64, seed2: Int64
  ) {
    self.trueClasses = trueClasses
    self.samples = samples
    self.unique = unique
    self.range = range
    self.seed = seed
    self.seed2 = seed2
  }
}

/// Classes drawn as candidates beside the true ones, for sampled softmax and the like.
///
/// Shapes: true classes [batch, number of true ones]. Gradient: none.
///
/// - Returns: the classes drawn, and how often each true and each drawn class is expected among them.
public func candidates(
  trueClasses: some NodeConvertible<Int64>, samples: Int, unique: Bool, range: Int,
  distribution: CandidateDistribution = .logUniform, seed: Int? = nil, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (classes: Node<Int64>, trueExpected: Node<Float>, expected: Node<Float>) {
  let node = trueClasses.node
  let label =
    distribution == .uniform
    ? UniformCandidateSampler.typeName : LogUniformCandidateSampler.typeName
  let operation = node.graph.add(
    inputs: [node.output], name: name ?? label, at: SourceLocation(fileID, line)
  ) { planned in
    let pair = node.graph.seedPair(seed, for: planned)
    let count = node.shape[1] ?? 1
    if distribution == .uniform {
      return UniformCandidateSampler(
        trueClasses: count, samples: samples, unique: unique, range: range, seed: pair.seed,
        seed2: pair.seed2)
    }
    return LogUniformCandidateSampler(
      trueClasses: count, samples: samples, unique: unique, range: range, seed: pair.seed,
      seed2: pair.seed2)
  }
  return (
    Node(output: operation.output(0)), Node(output: operation.output(1)),
    Node(output: operation.output(2))
  )
}
