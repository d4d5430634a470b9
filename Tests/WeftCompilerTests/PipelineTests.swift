import Testing
import Weft

@Suite struct PipelineTests {
  /// Only what a plan cannot do without.
  static let bare = Pipeline(passes: Pipeline.standard.passes.filter { $0.name == "schedule" })

  @Test(arguments: 0..<60) func everyPassKeepsTheResults(_ seed: Int) throws {
    let graph = try RandomGraph(seed: seed)
    let expected = try graph.run(ReferenceDevice(), Self.bare)
    let cpu = CPUDevice(threads: 2)
    var pipelines: [(name: String, pipeline: Pipeline)] = [
      ("all passes", .standard), ("no passes", Self.bare),
    ]
    for pass in Pipeline.standard.passes where pass.name != "schedule" {
      let others = Pipeline.standard.passes.filter { $0.name != pass.name }
      pipelines.append(("without \(pass.name)", Pipeline(passes: others)))
    }
    for (name, pipeline) in pipelines {
      let actual = try graph.run(cpu, pipeline)
      for (index, (a, b)) in zip(actual, expected).enumerated() {
        #expect(a.shape == b.shape)
        for (x, y) in zip(a.doubles, b.doubles) {
          let isClose = abs(x - y) <= 2e-5 * max(1, abs(y)) || (x.isNaN && y.isNaN) || x == y
          #expect(isClose, "graph \(seed), \(name), result \(index): \(x) instead of \(y)")
          if !isClose { break }
        }
      }
    }
    let reference = try graph.run(ReferenceDevice(), .standard)
    #expect(reference.map(\.shape) == expected.map(\.shape))
    for (a, b) in zip(reference, expected) {
      #expect(zip(a.doubles, b.doubles).allSatisfy { abs($0 - $1) <= 2e-5 * max(1, abs($1)) })
    }
  }

  @Test func oneThreadAndTwoGiveTheSameBits() throws {
    for seed in 0..<10 {
      let graph = try RandomGraph(seed: seed)
      let one = try graph.run(CPUDevice(threads: 1), .standard)
      let two = try graph.run(CPUDevice(threads: 2), .standard)
      #expect(zip(one, two).allSatisfy { $0.hasSameBits(as: $1) })
    }
  }

  /// The step of a network with one hidden layer: its launches and its memory are exact.
  @Test func theStepOfANetworkIsSmall() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [128, 784], name: "x")
    let y = graph.placeholder(Float.self, shape: [128, 10], name: "y")
    let w1 = graph.variable(.zeros([784, 1024]), name: "w1")
    let b1 = graph.variable(.zeros([1024]), name: "b1")
    let w2 = graph.variable(.zeros([1024, 10]), name: "w2")
    let b2 = graph.variable(.zeros([10]), name: "b2")
    let logits = matmul(relu(matmul(x, w1) + b1), w2) + b2
    let loss =
      mean(softmaxCrossEntropy(logits: logits, labels: y)) + 0.005 * (l2Loss(w1) + l2Loss(w2))
    let train = GradientDescent(learningRate: 0.5).minimize(loss)
    let session = try Session(graph)
    let plan = try #require(
      try session.plan(
        of: [loss.output], targets: [train],
        feeding: [x: try Tensor<Float>.zeros([128, 784]), y: try Tensor<Float>.zeros([128, 10])]))
    #expect(plan.steps.count == 15)
    #expect(plan.arenaByteCount < 1_100_000)
    // No gradient of a weight matrix is stored.
    let stored = plan.steps.flatMap(\.outputs).map { plan.values[$0] }.filter { value in
      if case .arena = value.storage { return value.shape == [784, 1024] }
      return false
    }
    #expect(stored.isEmpty)
  }

  @Test func theObserverSeesEveryPass() throws {
    final class Log: @unchecked Sendable {
      // Sendable: one thread compiles.
      var names: [String] = []
    }
    let log = Log()
    var pipeline = Pipeline.standard
    pipeline.observer = { name, program in
      log.names.append(name)
      #expect(!program.description.isEmpty)
    }
    let graph = Graph()
    let sum =
      graph.constant(Tensor<Float>(1)) + graph.placeholder(Float.self, shape: [2], name: "x")
    let session = try Session(graph, configuration: SessionConfiguration(pipeline: pipeline))
    let x = Node<Float>(output: sum.operation.inputs[1])
    try session.run(sum, feeding: [x: [1, 2] as Tensor<Float>])
    #expect(log.names == ["specialize"] + Pipeline.standard.passes.map(\.name))
  }

  /// Work counted instead of timed: what the passes hold grows with the graph, not with its square.
  @Test(arguments: [100, 400]) func manyReadersOfManyUpdatesCostTheirSum(_ count: Int) throws {
    final class Log: @unchecked Sendable {
      // Sendable: one thread compiles.
      var edges = 0
      var instructions = 0
    }
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let variables = (0..<count).map { _ in graph.variable(.zeros([2])) }
    let updates = variables.map { $0.assignAdd(x) }
    let sum = graph.after(updates) { addN(variables.map { tanh($0.node) }) }
    let log = Log()
    var pipeline = Pipeline.standard
    pipeline.observer = { _, program in
      log.edges = max(log.edges, program.instructions.reduce(0) { $0 + $1.controls.count })
      log.instructions = max(log.instructions, program.instructions.count)
    }
    let session = try Session(graph, configuration: SessionConfiguration(pipeline: pipeline))
    try session.initializeVariables()
    let result = try session.run(sum, feeding: [x: [1, 0] as Tensor<Float>])
    #expect(abs(result.scalars[0] - Float(count) * 0.7615942) < Float(count) * 1e-5)
    #expect(log.edges > 2 * count)
    #expect(log.edges < 6 * count)
    #expect(log.instructions < 8 * count)
  }
}
