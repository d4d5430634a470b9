import ReferenceCorpus
import Testing
import Weft

private typealias Build = @Sendable (Corpus.Case, Node<Int64>) -> Node<Float>

private let builders: [String: Build] = [
  "exponential_decay": {
    exponentialDecay(
      $0.double("learning_rate"), $1, $0.double("decay_steps"), $0.double("decay_rate"),
      staircase: $0.bool("staircase"))
  },
  "natural_exp_decay": {
    naturalExpDecay(
      $0.double("learning_rate"), $1, $0.double("decay_steps"), $0.double("decay_rate"),
      staircase: $0.bool("staircase"))
  },
  "inverse_time_decay": {
    inverseTimeDecay(
      $0.double("learning_rate"), $1, $0.double("decay_steps"), $0.double("decay_rate"),
      staircase: $0.bool("staircase"))
  },
  "polynomial_decay": {
    polynomialDecay(
      $0.double("learning_rate"), $1, $0.double("decay_steps"),
      endLearningRate: $0.double("end_learning_rate"), power: $0.double("power"),
      cycle: $0.bool("cycle"))
  },
  "cosine_decay": {
    cosineDecay(
      $0.double("learning_rate"), $1, $0.double("decay_steps"), alpha: $0.double("alpha"))
  },
  "piecewise_constant": {
    piecewiseConstant(
      $1, boundaries: $0.doubles("boundaries").map { Int($0) }, values: $0.doubles("values"))
  },
]

@Suite struct ScheduleTests {
  @Test(
    arguments: builders.keys.sorted(), devices.indices)
  func everyRateIsTensorFlows(_ name: String, _ device: Int) throws {
    let corpus = try #require(Corpus.found)
    let cases = corpus.cases(of: name)
    #expect(!cases.isEmpty)
    for entry in cases {
      let steps = try corpus.read(entry.inputs[0], of: name)
      let wanted = try corpus.read(try #require(entry.outputs?.first), of: name)
      let graph = Graph()
      let step = graph.placeholder(Int64.self, shape: [], name: "step")
      let build = try #require(builders[name])
      let rate = build(entry, step)
      let session = try Session(graph, device: devices[device])
      var rates: [Double] = []
      for number in steps.integers {
        rates += try session.run(rate, feeding: [step: number]).erased.doubles
      }
      // TensorFlow's optimizer turns step / 100 into step * 0.01f, which is less precise and tells
      // where the rate has almost vanished: there the first rate is the measure.
      let scale = entry.has("learning_rate") ? abs(entry.double("learning_rate")) : 0
      let tolerance = Corpus.Tolerance(
        rtol: entry.tolerance?.rtol, atol: max(entry.tolerance?.atol ?? 0, 2e-6 * scale))
      let agrees = expectClose(rates, wanted.doubles, tolerance, "\(name) \(entry.id)")
      Parity.note(.ours, name, entry.id, agrees: agrees)
    }
  }

  @Test func aScheduleFollowsTheGlobalStep() throws {
    let graph = Graph()
    let step = graph.globalStep()
    let w = graph.variable([64] as Tensor<Double>, name: "w")
    let rate = exponentialDecay(0.5, step, 1, 0.5, as: Double.self)
    let train = GradientDescent(learningRate: rate).minimize(l2Loss(w), globalStep: step)
    #expect(graph.globalStep() == step)
    #expect(step.name == "global_step")
    let session = try Session(graph)
    try session.initializeVariables()
    // 64 (1 - 1/2) (1 - 1/4) (1 - 1/8): each step takes the rate from before its own count.
    for _ in 0..<3 { try session.run(train) }
    #expect(try session.value(of: w).scalars == [21])
    #expect(try session.value(of: step).scalar == 3)
  }

  @Test func piecesThatDoNotFitAreErrors() {
    let graph = Graph()
    let step = graph.globalStep()
    _ = piecewiseConstant(step, boundaries: [10, 5], values: [1, 0.5])
    #expect(
      graph.errors.map(\.message) == [
        "2 boundaries need 3 values, not 2", "the boundaries do not ascend: [10, 5]",
      ])
  }
}
