import Weft

/// What a run costs besides its kernels, in nanoseconds: the least of several repeats.
enum RunOverhead {
  static func runAll(repeats: Int) throws {
    let graph = Graph(seed: 1)
    let nothing = graph.group([])
    let x = graph.placeholder(Float.self, shape: [], name: "x")
    let y = x + 1
    let counter = graph.variable(.zeros([]), name: "counter")
    let update = counter.assignAdd(graph.constant(Tensor<Float>(1)))
    let session = try Session(graph, device: CPUDevice(threads: 1))
    try session.initializeVariables()
    let one = Tensor<Float>(1)
    let empty = try session.prepare(nothing)
    try report("empty prepared run", repeats) { try empty.run() }
    let sum = try session.prepare(y, feeding: x)
    try report("prepared run, one feed, one sum, one fetch", repeats) { _ = try sum.run(one) }
    let step = try session.prepare(update, y, feeding: x)
    try report("the same with an update", repeats) { _ = try step.run(one) }
    try report("session.run of nothing", repeats) { try session.run(nothing) }
    try report("session.run, one feed, one sum, one fetch", repeats) {
      _ = try session.run(y, feeding: [x: one])
    }
    let trace = RunTrace()
    try report("traced prepared run", repeats) {
      _ = try sum.run(one, trace: trace)
      trace.removeAll()
    }
  }

  private static func report(_ name: String, _ repeats: Int, _ body: () throws -> Void) throws {
    let count = 20_000
    var least = Double.infinity
    for _ in 0..<max(repeats, 1) + 1 {
      let began = seconds()
      for _ in 0..<count { try body() }
      least = min(least, (seconds() - began) / Double(count) * 1e9)
    }
    print(
      "{\"workload\": \"overhead\", \"what\": \"\(name)\", \"nanoseconds\": \(fixed(least))}")
  }
}
