import ReferenceCorpus
import Testing
import Weft

private typealias Make = @Sendable (Corpus.Case) -> any Optimizer

/// An optimizer for the attributes of a case, and the slots by the names that the corpus has for them.
private struct Row: Sendable {
  let operation: String
  let slots: [String: String]
  let make: Make
}

private let rows: [Row] = [
  Row(operation: "ApplyGradientDescent", slots: [:]) {
    GradientDescent(learningRate: $0.double("learning_rate"))
  },
  Row(operation: "ApplyProximalGradientDescent", slots: [:]) {
    ProximalGradientDescent(
      learningRate: $0.double("learning_rate"), l1: $0.double("l1"), l2: $0.double("l2"))
  },
  Row(operation: "ApplyMomentum", slots: ["momentum": "Momentum"]) {
    Momentum(
      learningRate: $0.double("learning_rate"), momentum: $0.double("momentum"),
      useNesterov: $0.bool("use_nesterov"))
  },
  Row(operation: "ApplyAdagrad", slots: ["accumulator": "Adagrad"]) {
    Adagrad(
      learningRate: $0.double("learning_rate"),
      initialAccumulator: $0.double("initial_accumulator_value"))
  },
  Row(operation: "ApplyAdadelta", slots: ["accum": "Adadelta", "accum_update": "Adadelta_1"]) {
    Adadelta(
      learningRate: $0.double("learning_rate"), rho: $0.double("rho"),
      epsilon: $0.double("epsilon"))
  },
  Row(operation: "ApplyRMSProp", slots: ["rms": "RMSProp", "momentum": "RMSProp_1"]) {
    RMSProp(
      learningRate: $0.double("learning_rate"), decay: $0.double("decay"),
      momentum: $0.double("momentum"), epsilon: $0.double("epsilon"))
  },
  Row(
    operation: "ApplyCenteredRMSProp",
    slots: ["rms": "RMSProp", "mg": "RMSProp_1", "momentum": "RMSProp_2"]
  ) {
    RMSProp(
      learningRate: $0.double("learning_rate"), decay: $0.double("decay"),
      momentum: $0.double("momentum"), epsilon: $0.double("epsilon"), centered: true)
  },
  Row(operation: "ApplyAdam", slots: ["m": "Adam", "v": "Adam_1"]) {
    Adam(
      learningRate: $0.double("learning_rate"), beta1: $0.double("beta1"),
      beta2: $0.double("beta2"), epsilon: $0.double("epsilon"))
  },
  Row(operation: "ApplyFtrl", slots: ["accum": "Ftrl", "linear": "Ftrl_1"]) {
    Ftrl(
      learningRate: $0.double("learning_rate"),
      learningRatePower: $0.double("learning_rate_power"),
      initialAccumulator: $0.double("initial_accumulator_value"), l1: $0.double("l1"),
      l2: $0.double("l2"))
  },
]

/// Optimizers against the steps that TensorFlow made: every value of variables and slots.
@Suite struct OptimizerCorpusTests {
  @Test(arguments: rows.indices, devices.indices)
  func everyStepIsTensorFlows(_ row: Int, _ device: Int) throws {
    let corpus = try #require(Corpus.found)
    let row = rows[row]
    let cases = corpus.cases(of: row.operation)
    #expect(!cases.isEmpty)
    for entry in cases {
      let first = try corpus.read(try #require(entry.inputs.first), of: row.operation)
      if first.dtype == .float32 {
        try check(entry, row, corpus, devices[device], Float.self)
      } else {
        try check(entry, row, corpus, devices[device], Double.self)
      }
    }
  }

  private func check<S: FloatingScalar>(
    _ entry: Corpus.Case, _ row: Row, _ corpus: Corpus, _ device: any Device, _: S.Type
  ) throws {
    var values: [String: Tensor<S>] = [:]
    for input in entry.inputs {
      values[try #require(input.name)] = try corpus.read(input, of: row.operation).typed(S.self)
    }
    let start = try #require(values["var"])
    let slopes = try #require(values["grads"])
    let graph = Graph()
    let w = graph.variable(start, name: "w")
    let gradient = graph.placeholder(S.self, shape: TensorShape(start.shape), name: "gradient")
    let train = row.make(entry).applyGradients([VariableGradient(gradient, w)])
    let session = try Session(graph, device: device)
    try session.initializeVariables()
    func variable(_ name: String) throws -> AnyVariable {
      let wanted = row.slots[name].map { "w/\($0)" } ?? "w"
      return try #require(graph.variables.first { $0.name == wanted })
    }
    for name in row.slots.keys {
      let initial = try session.value(of: try variable(name))
      #expect(try initial.doubles == #require(values[name]).erased.doubles, "\(name) at first")
    }
    var agrees = true
    for step in 0..<slopes.shape[0] {
      try session.run(train, feeding: [gradient: slopes[step]])
      for output in entry.outputs ?? [] {
        let name = try #require(output.name)
        let all = try #require(corpus.read(output, of: row.operation).typed(S.self))
        let isClose = expectClose(
          try session.value(of: try variable(name)).doubles, all[step].erased.doubles,
          entry.tolerance, "\(row.operation) \(entry.id) step \(step) \(name)")
        agrees = agrees && isClose
      }
    }
    Parity.note(.ours, row.operation, entry.id, agrees: agrees)
  }
}
