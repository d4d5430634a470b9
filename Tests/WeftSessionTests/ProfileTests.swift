import Foundation
import Testing
import Weft

@Suite struct ProfileTests {
  private struct Model {
    let graph = Graph(seed: 5)
    let x: Node<Float>
    let w: Variable<Float>
    let loss: Node<Float>
    let train: WeftGraph.GraphOperation
    let productLine: Int
    let images: Tensor<Float>

    init() throws {
      x = graph.placeholder(Float.self, shape: [nil, 6], name: "x")
      w = graph.variable(.truncatedNormal([6, 5]), name: "w")
      productLine = #line + 1
      let product = matmul(x, w, name: "product")
      loss = mean(square(product), name: "loss")
      train = GradientDescent(learningRate: 0.1).minimize(loss)
      images = try Tensor<Float>(repeating: 0.5, shape: [4, 6])
    }
  }

  @Test func aTraceHasEveryStepOfEveryRun() throws {
    let model = try Model()
    let session = try Session(model.graph, device: CPUDevice(threads: 1))
    try session.initializeVariables()
    let trace = RunTrace()
    try session.run(model.train, model.loss, feeding: [model.x: model.images], trace: trace)
    let step = try session.prepare(model.train, model.loss, feeding: model.x)
    try step.run(model.images, trace: trace)
    // Not traced: the trace is forgotten with the run that it was given to.
    try step.run(model.images)
    let plan = try #require(
      try session.plan(
        of: [model.loss.output], targets: [model.train], feeding: [model.x: model.images]))
    #expect(trace.runCount == 2)
    #expect(trace.steps.count == 2 * plan.steps.count)
    #expect(trace.steps.map(\.name).prefix(plan.steps.count) == plan.steps.map(\.name)[...])
    var last: UInt64 = 0
    for step in trace.steps {
      #expect(step.start >= last)
      last = step.start + step.duration
    }
    #expect(trace.steps.reduce(0) { $0 + $1.duration } <= trace.duration)
    let product = try #require(trace.steps.first { $0.name == "product" })
    // x is [4, 6], w [6, 5], the product [4, 5].
    #expect(product.cost.floatingPointOperations >= 2 * 4 * 6 * 5)
    #expect(product.cost.bytes == 4 * (24 + 30 + 20))
    #expect(product.lines.contains { $0.line == model.productLine })
    trace.removeAll()
    #expect(trace.runCount == 0)
  }

  @Test func theTableNamesStepsAndLines() throws {
    let model = try Model()
    let session = try Session(model.graph, device: CPUDevice(threads: 1))
    try session.initializeVariables()
    let trace = RunTrace()
    for _ in 0..<3 {
      try session.run(model.train, model.loss, feeding: [model.x: model.images], trace: trace)
    }
    let total = trace.steps.reduce(0) { $0 + $1.duration }
    for grouping in [RunTrace.Grouping.operation, .type, .line] {
      let groups = trace.groups(by: grouping)
      #expect(groups.reduce(0) { $0 + $1.duration } == total)
      #expect(groups.map(\.duration) == groups.map(\.duration).sorted(by: >))
    }
    #expect(trace.table(limit: 100).contains("product"))
    #expect(trace.table(by: .line, limit: 100).contains("ProfileTests.swift:\(model.productLine)"))
    let short = trace.table(limit: 1).split(separator: "\n")
    #expect(short.count == 4)
    #expect(short[0].hasPrefix("3 runs, "))
    #expect(short[3] == "and \(trace.groups().count - 1) more")
  }

  @Test func theChromeTraceIsJSON() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let y = tanh(x, name: "y")
    let session = try Session(graph, device: ReferenceDevice())
    let trace = RunTrace()
    try session.run(y, feeding: [x: [1, 2] as Tensor<Float>], trace: trace)
    let path = "\(NSTemporaryDirectory())weft-trace-\(UUID().uuidString).json"
    try trace.writeChromeTrace(to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let events = try #require(object["traceEvents"] as? [[String: Any]])
    let spans = events.filter { $0["ph"] as? String == "X" }
    #expect(spans.compactMap { $0["name"] as? String } == ["run 0", "y"])
    let (run, step) = (spans[0], spans[1])
    func number(_ event: [String: Any], _ key: String) throws -> Double {
      try #require(event[key] as? Double)
    }
    #expect(try number(run, "ts") <= number(step, "ts"))
    #expect(try number(step, "dur") <= number(run, "dur"))
    let details = try #require(step["args"] as? [String: Any])
    #expect(details["operation"] as? String == "Tanh")
    #expect(details["bytes"] as? Int == 16)
    #expect((details["lines"] as? String)?.hasPrefix("ProfileTests.swift:") == true)
  }

  @Test func theReportCountsMemoryAndWork() throws {
    let model = try Model()
    let session = try Session(model.graph, device: CPUDevice(threads: 1))
    let report = try session.report(model.loss, feeding: [model.x: model.images])
    #expect(report.variableBytes == 6 * 5 * 4)
    #expect(report.feedBytes == 4 * 6 * 4)
    #expect(report.resultBytes == 4)
    #expect(report.arenaBytes >= 4 * 5 * 4)
    #expect(
      report.peakBytes == report.arenaBytes + report.constantBytes + 120 + 96 + 4)
    // The product, the squares, the sum of the mean; no more than a few for each element besides.
    #expect(report.floatingPointOperations >= 240 + 20 + 20)
    #expect(report.floatingPointOperations < 240 + 5 * 20)
    #expect(report.largestTensors.first?.name == "w")
    #expect(report.largestTensors.first?.line != nil)
    #expect(report.description.contains("w "))
    // The work of training holds that of the loss.
    let training = try session.report(model.train, model.loss, feeding: [model.x: model.images])
    #expect(training.floatingPointOperations > report.floatingPointOperations)
    #expect(training.launches > report.launches)
  }

  @Test func convolutionsCountTheProductsOfTheirWindows() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [2, 6, 6, 3], name: "x")
    let w = graph.variable(.truncatedNormal([3, 3, 3, 4]), name: "w")
    let y = conv2D(x, w, padding: .valid)
    let slopes = gradients(of: sum(y * y), withRespectTo: [x, w]).compactMap { $0 }
    let session = try Session(graph, device: CPUDevice(threads: 1))
    let images = try Tensor<Float>.zeros([2, 6, 6, 3])
    // 4 x 4 windows in two images, for 4 filters of 3 x 3 x 3.
    let products = 2.0 * (2 * 4 * 4 * 4) * (3 * 3 * 3)
    let forward = try session.report(y, feeding: [x: images])
    #expect(forward.floatingPointOperations == products)
    let both = try session.report(slopes[0], slopes[1], feeding: [x: images])
    #expect(both.floatingPointOperations >= 3 * products)
    #expect(both.floatingPointOperations < 3.2 * products)
  }

  @Test func theLargestBatchIsExact() throws {
    let model = try Model()
    let session = try Session(model.graph, device: CPUDevice(threads: 1))
    func peak(_ batch: Int) throws -> Int {
      let images = try Tensor<Float>(repeating: 0, shape: [batch, 6])
      return try session.report(model.train, model.loss, feeding: [model.x: images]).peakBytes
    }
    let limit = 100_000
    let report = try session.report(
      model.train, model.loss, feeding: [model.x: model.images], memoryLimit: limit)
    #expect(report.batch == 4)
    let largest = try #require(report.largestBatch)
    #expect(try peak(largest) <= limit)
    #expect(try peak(largest + 1) > limit)
    #expect(report.description.contains("hold a batch of \(largest)"))
    // The variables alone are more.
    let none = try session.report(
      model.loss, feeding: [model.x: model.images], memoryLimit: 100)
    #expect(none.largestBatch == 0)
    // No fed node leaves a dimension open.
    let fixed = Graph()
    let y = fixed.placeholder(Float.self, shape: [3], name: "y")
    let squared = square(y)
    let other = try Session(fixed, device: CPUDevice(threads: 1))
    let closed = try other.report(
      squared, feeding: [y: [1, 2, 3] as Tensor<Float>], memoryLimit: 1 << 20)
    #expect(closed.largestBatch == nil && closed.batch == nil)
  }

  @Test func aRunInStagesIsTracedInParts() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil], name: "x")
    let before = tanh(x, name: "before")
    let places = indicesOfTrue(before .> 0)
    let after = graph.after([places.operation]) { square(cast(places, to: Float.self)) }
    let session = try Session(graph, device: CPUDevice(threads: 1))
    let trace = RunTrace()
    let value = try session.run(after, feeding: [x: [1, -1, 2] as Tensor<Float>], trace: trace)
    #expect(value.scalars == [0, 4])
    #expect(trace.runCount == 2)
    #expect(Set(trace.steps.map(\.run)) == [0, 1])
    #expect(throws: GraphError.self) {
      try session.report(after, feeding: [x: [1, -1, 2] as Tensor<Float>])
    }
  }

  /// Working memory and results of runs at the same time are kept apart, and all of it is let go.
  @Test func runsAtTheSameTimeDoNotShareMemory() async throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil], name: "x")
    let y = sum(square(x) + 1)
    let session = try Session(graph, device: CPUDevice(threads: 1))
    let step = try session.prepare(y, feeding: x)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<4 {
        group.addTask {
          let value = try Tensor<Float>(repeating: Float(task), shape: [100 + task])
          let wanted = Float((100 + task) * (task * task + 1))
          for _ in 0..<500 {
            guard try step.run(value).scalar == wanted else { return false }
          }
          return true
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
