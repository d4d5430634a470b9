import Weft

/// How the cost of building, differentiating and compiling grows with the size of a graph.
///
/// Prints a JSON object for each family and size, times in milliseconds: `build` adds the nodes,
/// `gradients` those of the training step, `compile` is the first preparation of the run (all passes,
/// memory, kernels), `passes` the part of it that each pass takes.
struct CompileScaling {
  /// A way of making a graph of about a number of nodes.
  enum Family: String, CaseIterable {
    /// One element-wise operation after the other.
    case chain
    /// Branches side by side that are added up.
    case wide
    /// Dense layers with residual connections, trained by gradient descent.
    case layers
    /// A recurrent network unrolled: one weight matrix used in every step, trained.
    case unrolled
    /// One view after the other.
    case views
    /// Many updates, and a chain of reads that comes after them all.
    case after
  }

  let family: Family
  let size: Int

  static func runAll(sizes: [Int], families: [Family]) throws {
    for family in families {
      for size in sizes { try CompileScaling(family: family, size: size).run() }
    }
    try multilayerPerceptron()
  }

  private func run() throws {
    let began = seconds()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 4], name: "x")
    let result = body(graph, x)
    let built = seconds()
    var targets: [GraphOperation] = []
    switch family {
    case .chain, .wide, .views, .after: break
    case .layers, .unrolled: targets = [GradientDescent(learningRate: 0.01).minimize(result)]
    }
    let differentiated = seconds()
    try Self.report(
      family.rawValue, graph, result, targets, feeds: [x: try Tensor<Float>.zeros([2, 4])],
      build: built - began, gradients: differentiated - built)
  }

  private func body(_ graph: Graph, _ x: Node<Float>) -> Node<Float> {
    switch family {
    case .chain:
      var node = x
      for index in 0..<size { node = index % 2 == 0 ? tanh(node) : node * x }
      return mean(node)
    case .wide:
      return mean(addN((0..<size / 2).map { tanh(x * Float($0)) }))
    case .layers:
      // About 24 nodes a layer together with its gradient, its update and its variables.
      var node = x
      for _ in 0..<max(size / 24, 1) {
        let w = graph.variable(.truncatedNormal([4, 4]))
        let b = graph.variable(.zeros([4]))
        node = node + relu(matmul(node, w) + b)
      }
      return mean(node)
    case .unrolled:
      // About 7 nodes a step together with its gradient.
      let w = graph.variable(.truncatedNormal([4, 4]))
      var node = x
      for _ in 0..<max(size / 7, 1) { node = tanh(matmul(node, w)) }
      return mean(node)
    case .views:
      var node = x
      for index in 0..<size { node = reshape(node, index % 2 == 0 ? [4, 2] : [2, 4]) }
      return mean(node)
    case .after:
      // A quarter of the nodes are variables and their updates.
      let variables = (0..<size / 8).map { _ in graph.variable(.zeros([4])) }
      let updates = variables.map { $0.assignAdd(mean(x, axes: [0])) }
      return graph.after(updates) {
        var node = x
        for index in 0..<size / 2 { node = tanh(node) * variables[index % variables.count] }
        return mean(node)
      }
    }
  }

  /// The time to the first result of a small training step.
  private static func multilayerPerceptron() throws {
    for _ in 0..<5 {
      let began = seconds()
      let graph = Graph(seed: 1)
      let x = graph.placeholder(Float.self, shape: [128, 784], name: "x")
      let labels = graph.placeholder(Float.self, shape: [128, 10], name: "labels")
      let w1 = graph.variable(.truncatedNormal([784, 1024]))
      let w2 = graph.variable(.truncatedNormal([1024, 10]))
      let hidden = relu(matmul(x, w1) + graph.variable(.zeros([1024])))
      let logits = matmul(hidden, w2) + graph.variable(.zeros([10]))
      let loss =
        mean(softmaxCrossEntropy(logits: logits, labels: labels))
        + 0.0005 * addN([l2Loss(w1), l2Loss(w2)])
      let built = seconds()
      let train = GradientDescent(learningRate: 0.1).minimize(loss)
      let differentiated = seconds()
      try report(
        "mlp1024", graph, loss, [train],
        feeds: [
          x: try Tensor<Float>.zeros([128, 784]), labels: try Tensor<Float>.zeros([128, 10]),
        ],
        build: built - began, gradients: differentiated - built)
    }
  }

  private static func report(
    _ name: String, _ graph: Graph, _ result: Node<Float>, _ targets: [GraphOperation],
    feeds: Feeds, build: Double, gradients: Double
  ) throws {
    let log = PassTimes()
    var pipeline = Pipeline.standard
    pipeline.observer = { pass, _ in log.note(pass) }
    let session = try Session(graph, configuration: SessionConfiguration(pipeline: pipeline))
    let began = seconds()
    log.start()
    let plan = try session.plan(of: [result.output], targets: targets, feeding: feeds)
    let compiled = seconds()
    log.note("memory and kernels")
    let times = log.times
    try session.initializeVariables()
    let initialized = seconds()
    func milliseconds(_ time: Double) -> Double { (time * 1e5).rounded() / 100 }
    let passes = times.map { "\"\($0.name)\": \(milliseconds($0.time))" }
    print(
      "{\"workload\": \"compile\", \"graph\": \"\(name)\", \"nodes\": \(graph.operationCount), "
        + "\"launches\": \(plan?.steps.count ?? 0), \"build\": \(milliseconds(build)), "
        + "\"gradients\": \(milliseconds(gradients)), "
        + "\"compile\": \(milliseconds(compiled - began)), "
        + "\"initialize\": \(milliseconds(initialized - compiled)), "
        + "\"passes\": {\(passes.joined(separator: ", "))}}")
  }
}

/// When each pass of a pipeline ended.
private final class PassTimes: @unchecked Sendable {
  // Sendable: one thread compiles.
  private(set) var times: [(name: String, time: Double)] = []
  private var last = 0.0

  func start() { last = seconds() }

  func note(_ name: String) {
    let now = seconds()
    times.append((name, now - last))
    last = now
  }
}
