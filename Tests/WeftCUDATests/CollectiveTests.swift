import OpCases
import ReferenceCorpus
import Testing
import Weft
import WeftCUDA

/// Sums that several GPUs compute together.
@Suite struct CollectiveTests {
  private static let gpus = ["/gpu:0", "/gpu:1"]

  private func session(
    _ graph: Graph, _ emulator: Emulator, options: CUDAOptions? = nil, count: Int = 2
  ) throws -> Session {
    let gpus = try (0..<count).map { try emulator.device($0, options: options) }
    return try Session(
      graph, device: gpus[0], others: Array(gpus.dropFirst()) + [CPUDevice.shared],
      configuration: SessionConfiguration(disabledPasses: [], dump: nil))
  }

  private func losses(_ session: Session, _ model: TowerModel, steps: Int = 4) throws -> [Float] {
    let feeds = try model.feeds()
    return try (0..<steps).map { _ in
      try session.run(model.train, model.loss, feeding: feeds).1.scalar ?? .nan
    }
  }

  private func variables(_ session: Session, _ model: TowerModel) throws -> [AnyTensor] {
    try model.graph.variables.map { try session.value(of: $0) }
  }

  /// With and without NCCL: two numbers have one sum, whoever computes it.
  @Test(arguments: ["/cpu:0", "/gpu:0", "/gpu:1"], [false, true])
  func towersTrainAsByCopies(_ home: String, _ useAdam: Bool) throws {
    let optimizer: any Optimizer =
      useAdam ? Adam(learningRate: 0.05) : GradientDescent(learningRate: 0.5)
    var found: [[Float]] = []
    var values: [[AnyTensor]] = []
    for nccl in ["1", "0"] {
      let emulator = try Emulator(["nccl": nccl])
      do {
        let model = TowerModel(towers: Self.gpus, variables: home, optimizer: optimizer)
        let session = try session(model.graph, emulator)
        try session.initializeVariables()
        found.append(try losses(session, model))
        values.append(try variables(session, model))
        session.close()
      }
      // A loss and three gradients a step, of two ranks.
      #expect(emulator.calls("ncclReduce") == (nccl == "1" ? 4 * 4 * 2 : 0))
      #expect(emulator.alive == "")
    }
    #expect(found[0] == found[1])
    for (a, b) in zip(values[0], values[1]) { #expect(a.hasSameBits(as: b)) }
  }

  @Test func fourTowersTrainAsOneDeviceDoes() throws {
    let emulator = try Emulator(["devices": "4"])
    do {
      let towers = (0..<4).map { "/gpu:\($0)" }
      let one = TowerModel(towers: ["/cpu:0"])
      let reference = try Session(one.graph, device: CPUDevice.shared)
      try reference.initializeVariables()
      let expected = try losses(reference, one)
      var found: [[Float]] = []
      for _ in 0..<2 {
        let model = TowerModel(towers: towers, variables: "/gpu:2")
        let session = try session(model.graph, emulator, count: 4)
        try session.initializeVariables()
        found.append(try losses(session, model))
        session.close()
      }
      #expect(found[0] == found[1])
      for (a, b) in zip(found[0], expected) { #expect(abs(a - b) < 1e-5) }
    }
    #expect(emulator.calls("ncclReduce") > 0)
    #expect(emulator.alive == "")
  }

  @Test func thePlacementOfSums() throws {
    let emulator = try Emulator()
    let model = TowerModel(towers: Self.gpus, variables: "/gpu:0")
    let session = try session(model.graph, emulator)
    func placement() throws -> Placement {
      try #require(
        try session.placement(
          of: [model.loss.output], targets: [model.train], feeding: try model.feeds()))
    }
    #expect(try placement().copies == 3)
    #expect(try placement().notes.isEmpty)
    #expect(try goldenMismatch(try placement().description, "towers/sums.txt") == nil)
    let report = try session.report(model.train, model.loss, feeding: try model.feeds())
    #expect(report.copies == 3)
    #expect(report.sums == 4)
    #expect(report.description.contains("4 sums over several devices"))
  }

  @Test func withoutNCCLTheReasonIsSaid() throws {
    let emulator = try Emulator(["nccl": "0"])
    let model = TowerModel(towers: Self.gpus, variables: "/gpu:0")
    let session = try session(model.graph, emulator)
    let placement = try #require(
      try session.placement(of: [], targets: [model.train], feeding: try model.feeds()))
    #expect(placement.copies == 6)
    #expect(
      placement.notes == [
        "sums over /gpu:0, /gpu:1 are made from copies, on one device: no NCCL: libnccl.so is in none "
          + "of the folders that are searched (see WEFT_CUDA_PATH)"
      ])
    #expect(placement.description.contains("\nnote: sums over /gpu:0, /gpu:1 are made "))
    #expect(try emulator.device().collectives.hasPrefix("no NCCL: "))
    var options = CUDAOptions(batchSize: 1)
    options.usesCollectives = false
    let off = try self.session(model.graph, Emulator(), options: options)
    #expect(
      try off.placement(of: [], targets: [model.train], feeding: try model.feeds())?.notes.first?
        .hasSuffix("WEFT_CUDA_NCCL is 0") == true)
  }

  @Test func theLibraryIsNamed() throws {
    let emulator = try Emulator()
    let text = try emulator.device().collectives
    #expect(text.hasPrefix("NCCL 2.27.3 (/") && text.hasSuffix(".so)"), "\(text)")
  }

  /// One GPU alone, and two that add nothing up, open no library.
  @Test func theLibraryIsOpenedWhereItIsUsed() throws {
    let emulator = try Emulator()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [3], name: "x")
    let twice = graph.device("/gpu:0") { x * 2 }
    let both = graph.device("/gpu:1") { addN([twice, twice, x]) }
    let session = try session(graph, emulator)
    _ = try session.run(both, feeding: [x: Tensor<Float>([1, 2, 3] as [Float])])
    #expect(emulator.calls("ncclGetVersion") == 0)
  }

  /// A sum that several of its devices use is written on all of them.
  @Test func aSumForAllIsWrittenOnAll() throws {
    let emulator = try Emulator()
    do {
      let graph = Graph(seed: 1)
      let x = graph.placeholder(Double.self, shape: [2, 3], name: "x")
      let parts = Self.gpus.enumerated().map { index, device in
        graph.device(device) { reshape(x * Double(index + 2), [6]) }
      }
      let total = graph.device("/gpu:1") { addN(parts, name: "total") }
      let used = Self.gpus.map { device in graph.device(device) { total * total } }
      let part = graph.device("/gpu:0") { parts[0] + 1 }
      let session = try session(graph, emulator)
      let value = try Tensor<Double>(shape: [2, 3], scalars: (0..<6).map { Double($0) - 2 })
      for _ in 0..<3 {
        let (results, sum, first) = try session.run(used, total, part, feeding: [x: value])
        let expected = value.scalars.map { 5 * $0 }
        #expect(sum.scalars == expected)
        for result in results { #expect(result.scalars == expected.map { $0 * $0 }) }
        #expect(first.scalars == value.scalars.map { 2 * $0 + 1 })
      }
      #expect(emulator.calls("ncclAllReduce") == 6)
      #expect(emulator.calls("cuMemcpyPeerAsync") == 0)
    }
    #expect(emulator.alive == "")
  }

  /// The n-th call of an entry point fails: an error that names it, the same session trains on, and
  /// nothing is left after closing.
  @Test(arguments: [
    "ncclCommInitAll", "ncclGroupStart", "ncclGroupEnd", "ncclReduce", "ncclCommGetAsyncError",
    "cuStreamQuery", "ncclCommDestroy", "ncclCommAbort", "ncclGetVersion",
  ])
  func aFailureIsAnErrorAndLeavesNothing(_ call: String) throws {
    let emulator = try Emulator()
    var failures = 0
    for n in 1...12 {
      do {
        let model = TowerModel(towers: Self.gpus, variables: "/gpu:0")
        let session = try session(model.graph, emulator)
        try session.initializeVariables()
        let before = emulator.calls(call)
        emulator.fail(call, n, 1)
        var error: GraphError?
        do { _ = try losses(session, model, steps: 1) } catch let found as GraphError {
          error = found
        }
        if let error {
          failures += 1
          #expect("\(error)".contains(call) && error.code == .deviceFailed, "\(error)")
          #expect("\(error)".contains("/gpu:"))
        }
        let wasCalled = emulator.calls(call) - before >= n
        emulator.clearFaults()
        if !wasCalled { break }
        for loss in try losses(session, model, steps: 2) { #expect(loss.isFinite) }
        session.close()
      }
      #expect(emulator.alive == "")
    }
    let isSilent = ["ncclCommDestroy", "ncclCommAbort", "ncclGetVersion"].contains(call)
    #expect(isSilent || failures > 0)
  }

  /// A fault after which the driver does nothing more on a GPU: nobody waits for it for ever, and a new
  /// session works with new contexts and communicators.
  @Test func aLostGPUIsReplaced() throws {
    let emulator = try Emulator()
    do {
      let gpus = [try emulator.device(0), try emulator.device(1)]
      func train(steps: Int) throws -> [Float] {
        let model = TowerModel(towers: Self.gpus, variables: "/gpu:0")
        let session = try Session(
          model.graph, device: gpus[0], others: [gpus[1], CPUDevice.shared])
        defer { session.close() }
        try session.initializeVariables()
        return try losses(session, model, steps: steps)
      }
      let expected = try train(steps: 3)
      for n in 1...4 {
        emulator.fail("cuStreamQuery", n, 719)
        let error = #expect(throws: GraphError.self) { try train(steps: 3) }
        #expect("\(try #require(error))".contains("cuStreamQuery on /gpu:"))
        #expect(try train(steps: 3) == expected)
      }
    }
    #expect(emulator.alive == "")
  }

  /// A rank whose part fails begins no sum: the run ends with that error, and the next run goes well.
  @Test func anErrorInOneTowerEndsTheRun() throws {
    let emulator = try Emulator()
    do {
      let graph = Graph(seed: 1)
      let ids = graph.placeholder(Int32.self, shape: [2], name: "ids")
      let sums: [Node<Float>] = Self.gpus.enumerated().map { index, device in
        graph.device(device) {
          let table = graph.variable(.constant(Float(index + 1), [3, 2]), name: "t\(index)")
          let rows = index == 0 ? table * 2 : gather(table, ids, name: "rows")
          return sum(rows) * 1.5
        }
      }
      let total = graph.device("/cpu:0") { addN(sums, name: "total") }
      let session = try session(graph, emulator)
      try session.initializeVariables()
      for _ in 0..<3 {
        let begun = emulator.calls("ncclGroupStart")
        let error = #expect(throws: GraphError.self) {
          try session.run(total, feeding: [ids: Tensor<Int32>([1, 7] as [Int32])])
        }
        #expect("\(try #require(error))".contains("'rows'"))
        #expect(emulator.calls("ncclGroupStart") == begun)
        let good = try session.run(total, feeding: [ids: Tensor<Int32>([1, 2] as [Int32])])
        #expect(good.scalar == Float(1.5 * 12 + 1.5 * 8))
      }
      session.close()
    }
    #expect(emulator.alive == "")
  }

  /// Two sessions at the same time over the same GPUs.
  @Test func twoSessionsTakeTurns() async throws {
    let emulator = try Emulator()
    let gpus = [try emulator.device(0), try emulator.device(1)]
    let expected: [Float] = try {
      let model = TowerModel(towers: Self.gpus, variables: "/gpu:0")
      let session = try session(model.graph, emulator)
      try session.initializeVariables()
      return try losses(session, model)
    }()
    try await withThrowingTaskGroup(of: [Float].self) { tasks in
      for home in Self.gpus {
        tasks.addTask {
          let model = TowerModel(towers: Self.gpus, variables: home)
          let session = try Session(
            model.graph, device: gpus[0], others: [gpus[1], CPUDevice.shared])
          try session.initializeVariables()
          defer { session.close() }
          return try losses(session, model)
        }
      }
      for try await found in tasks { #expect(found == expected) }
    }
    #expect(emulator.calls("ncclCommInitAll") <= 3)
  }
}
