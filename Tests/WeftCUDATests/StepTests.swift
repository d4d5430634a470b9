import OpCases
import Testing
import Weft
import WeftCUDA

@Suite struct StepTests {
  /// Whole training steps, issued, captured and replayed, in several orders of what nothing orders; what
  /// products work with is overwritten.
  @Test(arguments: ["forward", "reverse", "random:1", "random:2"])
  func stepsAgreeWithTheCPU(_ order: String) throws {
    let emulator = try Emulator(["order": order, "workspace": "65536"])
    let device = try emulator.device()
    for step in StepCase.all {
      let problem = try step.mismatch(on: device)
      #expect(problem == nil, "\(problem ?? "") (emulator: \(emulator.message))")
    }
  }

  /// Feeds of one shape after another, a variable, a formula and a sum.
  @Test func formulasRunForEveryShape() throws {
    let emulator = try Emulator.shared.get()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 5], name: "x")
    let b = graph.variable(.zeros([5]), name: "b")
    let y = relu(x * 2 + b)
    let total = sum(y)
    let session = try Session(graph, device: try emulator.device())
    try session.initializeVariables()
    for rows in [3, 1, 0, 3, 7] {
      let numbers = (0..<5 * rows).map { Float($0) - 7 }
      let values = try Tensor<Float>(shape: [rows, 5], scalars: numbers)
      let (result, s) = try session.run(y, total, feeding: [x: values])
      let expected = numbers.map { max(0, 2 * $0) }
      #expect(result.scalars == expected)
      #expect(s.scalar == expected.reduce(0, +))
    }
  }

  /// A step is issued once, captured at its second run and replayed: from then on a run is one launch
  /// of a graph between one copy there and one back.
  @Test func aSteadyStepIsOneLaunch() throws {
    let emulator = try Emulator()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 6], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 4], name: "labels")
    let w = graph.variable(.truncatedNormal([6, 4]), name: "w")
    let b = graph.variable(.zeros([4]), name: "b")
    let hidden = dropout(relu(matmul(x, w) + b), keep: 0.5)
    let loss = mean(softmaxCrossEntropy(logits: hidden, labels: labels)) + 0.01 * l2Loss(w)
    let train = Adam(learningRate: 0.01).minimize(loss)
    let session = try Session(graph, device: try emulator.device())
    try session.initializeVariables()
    let images = try Tensor<Float>(shape: [5, 6], scalars: (0..<30).map { Float($0) / 30 })
    let classes = try Tensor<Float>(
      shape: [5, 4], scalars: (0..<20).map { $0 % 4 == $0 / 4 % 4 ? 1 : 0 })
    let step = try session.prepare(train, loss, feeding: x, labels)
    func calls() -> [String: Int] {
      let names = [
        "cuLaunchKernel", "cuGraphLaunch", "cublasLtMatmul", "cuMemcpyHtoDAsync_v2",
        "cuMemcpyDtoHAsync_v2", "cuStreamSynchronize", "cuMemAllocFromPoolAsync",
      ]
      return Dictionary(uniqueKeysWithValues: names.map { ($0, emulator.calls($0)) })
    }
    var losses: [Float] = []
    for _ in 0..<3 { losses.append(try step.run(images, classes).1.scalar ?? .nan) }
    let before = calls()
    losses.append(try step.run(images, classes).1.scalar ?? .nan)
    let after = calls()
    #expect(after["cuGraphLaunch"] == (before["cuGraphLaunch"] ?? 0) + 1)
    #expect(after["cuLaunchKernel"] == before["cuLaunchKernel"])
    #expect(after["cublasLtMatmul"] == before["cublasLtMatmul"])
    #expect(after["cuMemcpyHtoDAsync_v2"] == (before["cuMemcpyHtoDAsync_v2"] ?? 0) + 1)
    #expect(after["cuMemcpyDtoHAsync_v2"] == (before["cuMemcpyDtoHAsync_v2"] ?? 0) + 1)
    #expect(after["cuStreamSynchronize"] == (before["cuStreamSynchronize"] ?? 0) + 1)
    #expect(after["cuMemAllocFromPoolAsync"] == before["cuMemAllocFromPoolAsync"])
    #expect(losses.allSatisfy { $0.isFinite })
  }

  /// The same training on the CPU and on the GPU, replayed and not: the same numbers, dropout's too.
  @Test func trainingAgreesWithTheCPU() throws {
    let emulator = try Emulator.shared.get()
    func losses(_ device: any Device, _ update: (Node<Float>) -> GraphOperation) throws -> [Float] {
      let graph = Graph(seed: 4)
      let x = graph.placeholder(Float.self, shape: [nil, 12], name: "x")
      let labels = graph.placeholder(Float.self, shape: [nil, 10], name: "labels")
      let w1 = graph.variable(.truncatedNormal([12, 16]), name: "w1")
      let b1 = graph.variable(.zeros([16]), name: "b1")
      let w2 = graph.variable(.truncatedNormal([16, 10]), name: "w2")
      let hidden = dropout(relu(matmul(x, w1) + b1), keep: 0.75)
      let loss =
        mean(softmaxCrossEntropy(logits: matmul(hidden, w2), labels: labels)) + 0.01 * l2Loss(w1)
      let train = update(loss)
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      let images = try Tensor<Float>(
        shape: [9, 12], scalars: (0..<108).map { Float($0 * 37 % 101) / 101 })
      let classes = try Tensor<Float>(
        shape: [9, 10], scalars: (0..<90).map { $0 % 10 == $0 / 10 ? 1 : 0 })
      return try (0..<6).map { _ in
        try session.run(train, loss, feeding: [x: images, labels: classes]).1.scalar ?? .nan
      }
    }
    let updates: [(Node<Float>) -> GraphOperation] = [
      { GradientDescent(learningRate: 0.5).minimize($0) },
      { Momentum(learningRate: 0.1, momentum: 0.9).minimize($0) },
      { Adam(learningRate: 0.01).minimize($0) },
    ]
    for update in updates {
      let expected = try losses(CPUDevice.shared, update)
      for captures in [true, false] {
        var options = CUDAOptions(batchSize: 1)
        options.capturesSteps = captures
        let found = try losses(try emulator.device(options: options), update)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 2e-5 * max(1, abs(b))) }
      }
    }
  }

  /// What fails by its data changes no variable that is updated after it.
  @Test func aFailedStepUpdatesNothing() throws {
    let emulator = try Emulator.shared.get()
    let graph = Graph(seed: 4)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let labels = graph.placeholder(Int32.self, shape: [nil], name: "labels")
    let w = graph.variable(.truncatedNormal([3, 4]), name: "w")
    let loss = mean(sparseSoftmaxCrossEntropy(logits: matmul(x, w), labels: labels))
    let train = GradientDescent(learningRate: 0.5).minimize(loss)
    let session = try Session(graph, device: try emulator.device())
    try session.initializeVariables()
    let images = try Tensor<Float>(repeating: 1, shape: [2, 3])
    let before = try session.value(of: w)
    let error = #expect(throws: GraphError.self) {
      try session.run(train, loss, feeding: [x: images, labels: Tensor<Int32>([1, 4])])
    }
    #expect(error?.message == "the label of row 1 is outside the 4 classes")
    #expect(try session.value(of: w) == before)
    _ = try session.run(train, loss, feeding: [x: images, labels: Tensor<Int32>([1, 3])])
    #expect(try session.value(of: w) != before)
  }
}
