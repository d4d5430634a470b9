import Testing
import Weft
import WeftCUDA

@Suite struct FaultTests {
  /// A small training step over every kind of thing that is made on the GPU.
  private struct Model {
    let graph = Graph(seed: 3)
    let x: Node<Float>
    let w: Variable<Float>
    let train: GraphOperation
    let loss: Node<Float>

    init() {
      x = graph.placeholder(Float.self, shape: [nil, 7], name: "x")
      w = graph.variable(.truncatedNormal([7, 5]), name: "w")
      let b = graph.variable(.zeros([5]), name: "b")
      let y = softmax(matmul(x, w) + b)
      loss = mean(y * y)
      train = GradientDescent(learningRate: 0.5).minimize(loss)
    }
  }

  private static let images = try? Tensor<Float>(
    shape: [3, 7], scalars: (0..<21).map { Float($0) / 21 })

  private func trainedOn(_ device: any Device, runs: Int = 3) throws -> [Float] {
    let model = Model()
    let images = try #require(Self.images)
    let session = try Session(model.graph, device: device)
    defer { session.close() }
    try session.initializeVariables()
    return try (0..<runs).map { _ in
      try session.run(model.train, model.loss, feeding: [model.x: images]).1.scalar ?? .nan
    }
  }

  @Test func nothingIsLeftAfterClosing() throws {
    let emulator = try Emulator()
    do {
      let device = try emulator.device()
      let expected = try trainedOn(CPUDevice.shared)
      let losses = try trainedOn(device)
      for (a, b) in zip(losses, expected) { #expect(abs(a - b) < 1e-5) }
      #expect(emulator.alive != "")
    }
    #expect(emulator.alive == "")
  }

  /// The n-th call of each entry point fails, for every n that there is: each time there is an error
  /// that names the call, nothing is left, and afterwards the same works.
  @Test(arguments: [
    ("cuMemAllocFromPoolAsync", Int32(2)), ("cuMemHostAlloc", 2), ("cuStreamCreate", 2),
    ("cuModuleLoadData", 2), ("cuModuleGetFunction", 1), ("cuLaunchKernel", 1),
    ("cuMemcpyHtoDAsync_v2", 1), ("cuMemcpyDtoHAsync_v2", 1), ("cuStreamSynchronize", 1),
    ("cuMemsetD8Async", 1), ("cuStreamBeginCapture_v2", 1), ("cuStreamEndCapture", 1),
    ("cuGraphInstantiateWithFlags", 1), ("cuGraphLaunch", 1), ("nvrtcCompileProgram", 6),
    ("cublasLtMatmul", 13), ("cublasLtCreate", 1), ("cublasLtMatmulAlgoGetHeuristic", 15),
    ("cuDevicePrimaryCtxRetain", 2), ("cuMemPoolCreate", 2),
  ])
  func aFailureIsAnErrorAndLeavesNothing(_ call: String, _ status: Int32) throws {
    let emulator = try Emulator()
    var failures = 0
    for n in 1...40 {
      do {
        let device = try emulator.device()
        let before = emulator.calls(call)
        emulator.fail(call, n, status)
        do {
          _ = try trainedOn(device)
          emulator.clearFaults()
          if emulator.calls(call) - before < n { break }
          // Out of memory once is met by trimming the pool; while all is given back, there is nobody to
          // tell of a failure.
          #expect(["cuMemAllocFromPoolAsync", "cuStreamSynchronize"].contains(call))
        } catch let error as GraphError {
          failures += 1
          let name = call.replacing("_v2", with: "").replacing("WithFlags", with: "")
          #expect("\(error)".contains(name) || error.code == .outOfMemory, "\(error)")
        }
        emulator.clearFaults()
        _ = try trainedOn(device, runs: 1)
      }
      #expect(emulator.alive == "", "after the failure of call \(n)")
    }
    #expect(failures > 0 || call == "cuMemAllocFromPoolAsync")
  }

  @Test func memoryLimitIsKept() throws {
    let emulator = try Emulator()
    let device = try emulator.device(options: CUDAOptions(memoryLimit: 100_000, batchSize: 1))
    let graph = Graph(seed: 1)
    let w = graph.variable(.zeros([200, 200]), name: "w")
    let session = try Session(graph, device: device)
    let error = #expect(throws: GraphError.self) { try session.initializeVariables() }
    #expect(error?.code == .outOfMemory)
    #expect("\(try #require(error))".contains("limit of 100000"))
    _ = w
  }

  /// An access outside loses the context; a new session gets a new one.
  @Test func aLostContextIsReplaced() throws {
    let emulator = try Emulator()
    let device = try emulator.device()
    emulator.fail("cuStreamSynchronize", 8, 719)
    #expect(throws: GraphError.self) { try trainedOn(device) }
    emulator.clearFaults()
    let losses = try trainedOn(device)
    #expect(losses.allSatisfy { $0.isFinite })
  }

  /// A launch that is refused names an operation with its line.
  @Test func aRefusedLaunchNamesItsOperation() throws {
    let emulator = try Emulator()
    let model = Model()
    let session = try Session(model.graph, device: try emulator.device())
    emulator.fail("cuLaunchKernel", 1, 719)
    let error = #expect(throws: GraphError.self) { try session.initializeVariables() }
    #expect(error?.subject?.contains("TruncatedNormal") == true)
    #expect(error?.location?.fileID.hasSuffix("FaultTests.swift") == true)
    #expect(error?.message.contains("cuLaunchKernel") == true)
  }

  /// A fault that shows while waiting says what was waited for; where each command is waited for, whose it
  /// is.
  @Test func aFaultOfAKernelSaysDuringWhat() throws {
    for waits in [false, true] {
      let emulator = try Emulator()
      var options = CUDAOptions(batchSize: 1)
      options.waitsForEach = waits
      let model = Model()
      let images = try #require(Self.images)
      let session = try Session(model.graph, device: try emulator.device(options: options))
      try session.initializeVariables()
      _ = try session.run(model.loss, feeding: [model.x: images])
      emulator.fail("cuStreamSynchronize", 1, 700)
      let error = #expect(throws: GraphError.self) {
        try session.run(model.loss, feeding: [model.x: images])
      }
      let notes = error?.notes.joined(separator: "; ") ?? ""
      if waits {
        #expect(error?.subject?.hasSuffix(" 'add'") == true, "\(error?.subject ?? "")")
        #expect(error?.location?.fileID.hasSuffix("FaultTests.swift") == true)
      } else {
        #expect(notes.contains("found while waiting for: WeftMatMulEpilogue"), "\(notes)")
        #expect(notes.contains("FaultTests.swift:") && notes.contains("WEFT_CUDA_SYNC=1"))
      }
    }
  }
}
