import Weft

/// What is timed beside training steps; the same list as in peers/operations.py.
struct Operations: Sendable {
  let name: String
  /// Runs between two looks at the clock.
  let steps: Int
  /// Builds the graph and prepares a run.
  let prepare: @Sendable () throws -> () throws -> Void

  static let all = [
    Operations(name: "inference10k", steps: 5, prepare: inference),
    Operations(name: "empty", steps: 20_000, prepare: empty),
    Operations(name: "chain", steps: 10) { try fetch { chain(matrix(10_000, 1000, in: $0)) } },
    Operations(name: "reduction", steps: 40) {
      try fetch { mean(matrix(10_000, 1000, in: $0), axes: [1]) }
    },
    Operations(name: "squares", steps: 40) {
      try fetch { mean(square(matrix(10_000, 1000, in: $0) - 0.5)) }
    },
    Operations(name: "softmax", steps: 10) { try fetch { softmax(matrix(10_000, 1000, in: $0)) } },
    Operations(name: "batchmatmul", steps: 40) {
      try fetch { graph in
        let a = graph.variable(.truncatedNormal([64, 128, 128], stddev: 1)).node
        let b = graph.variable(.truncatedNormal([64, 128, 128], stddev: 1)).node
        return matmul(a, b)
      }
    },
  ]

  /// The ten operations of the chain.
  static func chain(_ x: Node<Float>) -> Node<Float> {
    let a = x * 1.1
    let b = (a + 0.3) * x
    let c = relu(b - 0.2) * 0.9
    let d = maximum(c + x, 0.1)
    return sqrt(d) * x
  }

  private static func matrix(_ rows: Int, _ columns: Int, in graph: Graph) -> Node<Float> {
    graph.variable(.truncatedNormal([rows, columns], stddev: 1)).node
  }

  /// A prepared run that fetches one result of a graph that is fed nothing.
  private static func fetch(_ build: (Graph) -> Node<Float>) throws -> () throws -> Void {
    let graph = Graph(seed: 1)
    let result = build(graph)
    let session = try Session(graph)
    try session.initializeVariables()
    let step = try session.prepare(result)
    return { _ = try step.run() }
  }

  /// The prediction of mlp1024 for 10,000 images in one run.
  @Sendable private static func inference() throws -> () throws -> Void {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 784], name: "x")
    var layer = x
    for (rows, columns) in [(784, 1024), (1024, 10)] {
      let stddev = (2 / Float(rows)).squareRoot()
      let w = graph.variable(.truncatedNormal([rows, columns], stddev: stddev))
      layer = matmul(layer, w) + graph.variable(.zeros([columns]))
      if columns > 10 { layer = relu(layer) }
    }
    let prediction = softmax(layer)
    let session = try Session(graph)
    try session.initializeVariables()
    let images = try Tensor(
      shape: [10_000, 784], scalars: (0..<7_840_000).map { Float($0 % 256) / 255 - 0.5 })
    let step = try session.prepare(prediction, feeding: x)
    return { _ = try step.run(images) }
  }

  @Sendable private static func empty() throws -> () throws -> Void {
    let graph = Graph()
    let nothing = graph.noOp()
    let session = try Session(graph)
    let step = try session.prepare(nothing)
    return { _ = try step.run() }
  }
}
