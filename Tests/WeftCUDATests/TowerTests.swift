import OpCases
import ReferenceCorpus
import Testing
import Weft
import WeftCUDA

/// One run over two emulated GPUs and the CPU.
@Suite struct TowerTests {
  private static let gpus = ["/gpu:0", "/gpu:1"]

  private func session(
    _ model: TowerModel, _ emulator: Emulator, options: CUDAOptions? = nil
  ) throws -> Session {
    try Session(
      model.graph, device: try emulator.device(0, options: options),
      others: [try emulator.device(1, options: options), CPUDevice.shared],
      configuration: SessionConfiguration(disabledPasses: [], dump: nil))
  }

  private func losses(_ session: Session, _ model: TowerModel, steps: Int = 4) throws -> [Float] {
    let feeds = try model.feeds()
    return try (0..<steps).map { _ in
      try session.run(model.train, model.loss, feeding: feeds).1.scalar ?? .nan
    }
  }

  private func expected(steps: Int = 4) throws -> [Float] {
    let model = TowerModel(towers: ["/cpu:0"])
    let session = try Session(model.graph, device: CPUDevice.shared)
    try session.initializeVariables()
    return try losses(session, model, steps: steps)
  }

  @Test(arguments: ["/cpu:0", "/gpu:0", "/gpu:1"], ["1", "0"])
  func towersTrainAsTheCPUDoes(_ home: String, _ peers: String) throws {
    let emulator = try Emulator(["peers": peers])
    do {
      let model = TowerModel(towers: Self.gpus, variables: home)
      let session = try session(model, emulator)
      try session.initializeVariables()
      for (a, b) in zip(try losses(session, model), try expected()) { #expect(abs(a - b) < 1e-5) }
      #expect(emulator.calls("cuMemcpyPeerAsync") > 0 || home == "/cpu:0")
      session.close()
    }
    #expect(emulator.alive == "")
  }

  /// Without NCCL: copies alone.
  @Test func thePlacementOfTowers() throws {
    let emulator = try Emulator(["nccl": "0"])
    let model = TowerModel(towers: Self.gpus, variables: "/cpu:0")
    let session = try session(model, emulator)
    let placement = try #require(
      try session.placement(
        of: [model.loss.output], targets: [model.train], feeding: try model.feeds()))
    #expect(placement.copies == 14)
    #expect(try goldenMismatch(placement.description, "towers/gpus.txt") == nil)
    for step in placement.steps where step.name.hasPrefix("tower1") && step.typeName != "Copy" {
      #expect(step.device == "/gpu:1")
    }
  }

  /// What asks for the CPU in a session on a GPU runs on the CPU device itself.
  @Test func theCPUIsAnotherDevice() throws {
    let emulator = try Emulator.shared.get()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [3, 3], name: "x")
    let twice = matmul(x, x, name: "twice")
    let inverse = graph.device("/cpu:0") { matrixInverse(twice, name: "inverse") }
    let product = matmul(inverse, twice, name: "product")
    let session = try Session(
      graph, device: try emulator.device(), others: [CPUDevice.shared])
    let value = try Tensor<Float>(shape: [3, 3], scalars: [2, 1, 0, 0, 3, 1, 1, 0, 2])
    let result = try session.run(product, feeding: [x: value])
    for index in 0..<9 {
      #expect(abs(result.scalars[index] - (index % 4 == 0 ? 1 : 0)) < 1e-4)
    }
    let placement = try #require(
      try session.placement(of: [product.output], feeding: [x: value]))
    #expect(
      placement.description == """
        MatMul 'twice'           /gpu:0  has a kernel
        Copy 'twice'             /cpu:0  from /gpu:0
        MatrixInverse 'inverse'  /cpu:0  has a kernel
        Copy 'inverse'           /gpu:0  from /cpu:0
        MatMul 'product'         /gpu:0  has a kernel
        """)
  }

  /// The n-th call of an entry point that copies fails, for every n: an error that names it, and then the
  /// same session trains on, as if nothing had been.
  @Test(arguments: [
    ("cuMemcpyPeerAsync", "/gpu:0"), ("cuMemcpyDtoHAsync_v2", "/cpu:0"),
    ("cuMemcpyHtoDAsync_v2", "/cpu:0"), ("cuLaunchKernel", "/gpu:1"),
    ("cuStreamSynchronize", "/gpu:0"),
  ])
  func aFailureIsAnErrorAndLeavesTheSessionUsable(_ call: String, _ home: String) throws {
    let emulator = try Emulator(["nccl": "0"])
    do {
      // Captured steps would launch nothing one by one.
      let model = TowerModel(towers: Self.gpus, variables: home)
      let session = try session(
        model, emulator, options: CUDAOptions(batchSize: 1, capturesSteps: false))
      try session.initializeVariables()
      _ = try losses(session, model, steps: 1)
      var failures = 0
      for n in 1...60 {
        emulator.fail(call, n, 1)
        let before = emulator.calls(call)
        let error = try failure { _ = try losses(session, model, steps: 1) }
        emulator.clearFaults()
        if emulator.calls(call) - before < n { break }
        if let error {
          failures += 1
          #expect("\(error)".contains(call.replacing("_v2", with: "")), "\(error)")
        }
        #expect(try losses(session, model, steps: 1)[0].isFinite)
      }
      #expect(failures > 1)
      session.close()
    }
    #expect(emulator.alive == "")
  }

  /// What the CPU and a GPU say to each other in a run lies in pinned memory, but for variables of the CPU;
  /// and nothing is copied twice that was not written between.
  @Test(arguments: ["/cpu:0", "/gpu:0"], ["0", "1"])
  func whatIsCopiedAndHow(_ home: String, _ nccl: String) throws {
    let emulator = try Emulator(["nccl": nccl])
    do {
      let model = TowerModel(towers: Self.gpus, variables: home)
      let session = try session(model, emulator)
      try session.initializeVariables()
      func counts(_ steps: Int, _ body: () throws -> Void) throws -> [Int] {
        let names = [
          "copy to memory that is not pinned", "copy from memory that is not pinned",
          "cuMemcpyPeerAsync",
        ]
        try body()
        let before = names.map(emulator.calls)
        for _ in 0..<steps { try body() }
        return zip(names, before).map { emulator.calls($0) - $1 }
      }
      let feeds = try model.feeds()
      let trained = try counts(2) { _ = try session.run(model.train, feeding: feeds) }
      // Three variables to each GPU that they do not lie on; without NCCL three gradients from the other.
      let (onHost, peers) = (home == "/cpu:0", nccl == "1" ? 3 : 6)
      #expect(trained == (onHost ? [0, 2 * 6, 0] : [0, 0, 2 * peers]))
      let judged = try counts(3) { _ = try session.run(model.loss, feeding: feeds) }
      // The loss of the other tower.
      #expect(judged == (onHost || nccl == "1" ? [0, 0, 0] : [0, 0, 3]))
      session.close()
    }
    #expect(emulator.alive == "")
  }

  private func failure(_ body: () throws -> Void) throws -> GraphError? {
    do { try body() } catch let error as GraphError { return error }
    return nil
  }

  @Test func anErrorInOneTowerIsNamed() throws {
    let emulator = try Emulator()
    do {
      let graph = Graph(seed: 1)
      let ids = graph.placeholder(Int32.self, shape: [2], name: "ids")
      let (a, b) = (
        graph.device("/gpu:0") { graph.variable(.constant(1 as Float, [3, 2]), name: "a") },
        graph.device("/gpu:1") { graph.variable(.constant(2 as Float, [3, 2]), name: "b") }
      )
      let first = graph.device("/gpu:0") { sum(a.node * 2, name: "first") }
      let second = graph.device("/gpu:1") { sum(gather(b, ids, name: "rows")) }
      let total = graph.device("/cpu:0") { first + second }
      let session = try Session(
        graph, device: try emulator.device(0), others: [try emulator.device(1), CPUDevice.shared])
      try session.initializeVariables()
      for _ in 0..<3 {
        let error = #expect(throws: GraphError.self) {
          try session.run(total, feeding: [ids: Tensor<Int32>([1, 7] as [Int32])])
        }
        #expect("\(try #require(error))".contains("'rows'"))
        let good = try session.run(total, feeding: [ids: Tensor<Int32>([1, 2] as [Int32])])
        #expect(good.scalar == Float(20))
      }
    }
    #expect(emulator.alive == "")
  }

  @Test func twoThreadsRunTowers() async throws {
    let emulator = try Emulator()
    do {
      let model = TowerModel(towers: Self.gpus, variables: "/gpu:0")
      let session = try session(model, emulator)
      try session.initializeVariables()
      let feeds = try model.feeds()
      let loss = model.loss
      let first = try session.run(loss, feeding: feeds).scalar
      try await withThrowingTaskGroup(of: [Float?].self) { group in
        for _ in 0..<2 {
          group.addTask {
            try (0..<5).map { _ in try session.run(loss, feeding: feeds).scalar }
          }
        }
        for try await values in group { #expect(values.allSatisfy { $0 == first }) }
      }
      session.close()
    }
    #expect(emulator.alive == "")
  }

  @Test func randomNumbersAreThoseOfTheCPU() throws {
    let emulator = try Emulator.shared.get()
    func drawn(_ device: any Device, _ others: [any Device]) throws -> [[Float]] {
      let graph = Graph(seed: 7)
      let a = graph.device("/gpu:0", soft: true) {
        graph.randomUniform([3, 2], name: "a") as Node<Float>
      }
      let b = graph.device("/gpu:1", soft: true) {
        graph.randomUniform([4], name: "b") as Node<Float>
      }
      let session = try Session(graph, device: device, others: others)
      return try (0..<2).map { _ in
        let (x, y) = try session.run(a, b)
        return x.scalars + y.scalars
      }
    }
    #expect(
      try drawn(emulator.device(0), [emulator.device(1)]) == drawn(CPUDevice.shared, []))
  }
}
