import Testing
import Weft
import WeftCUDA

@Suite struct PlacementTests {
  @Test func whatHasNoKernelRunsOnTheHostAndIsNamed() throws {
    let emulator = try Emulator.shared.get()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [4, 4], name: "x")
    let inverse = matrixInverse(x, name: "inverse")
    let y = matmul(inverse, x, name: "product")
    let session = try Session(graph, device: try emulator.device())
    let values = try Tensor<Float>(
      shape: [4, 4], scalars: (0..<16).map { Float($0 % 5 == 0 ? 3 : 1) + Float($0) / 7 })
    let product = try session.run(y, feeding: [x: values])
    for index in 0..<16 {
      #expect(abs(product.scalars[index] - (index % 5 == 0 ? 1 : 0)) < 1e-3)
    }
    let placement = try #require(try session.placement(of: [y.output], feeding: [x: values]))
    #expect(placement.steps(on: "/cpu:0").map(\.name) == ["inverse"])
    #expect(placement.steps(on: "/gpu:0").map(\.name) == ["product"])
    #expect(placement.copies == 2)
    #expect(
      placement.description == """
        MatrixInverse 'inverse'  /cpu:0  no CUDA kernel: the host factorises matrices; 2 copies a run
        MatMul 'product'         /gpu:0  has a kernel
        """)
  }

  @Test func whatAsksForTheGPUAndHasNoKernelIsRefused() throws {
    let emulator = try Emulator.shared.get()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [4, 4], name: "x")
    let inverse = graph.device("/gpu:0") { matrixInverse(x, name: "inverse") }
    let values = try Tensor<Float>(repeating: 1, shape: [4, 4])
    let session = try Session(graph, device: try emulator.device())
    let error = #expect(throws: GraphError.self) {
      try session.run(inverse, feeding: [x: values])
    }
    #expect(error?.code == .unsupported)
    #expect(
      error?.message
        == "asks for '/gpu:0', which cannot run it: no CUDA kernel: the host factorises matrices")
    session.close()
    let soft = try Session(
      graph, device: try emulator.device(),
      configuration: SessionConfiguration(allowSoftPlacement: true))
    #expect(try soft.placement(of: [inverse.output], feeding: [x: values])?.copies == 2)
  }

  @Test func sessionsOnTwoDevicesKeepTheirMemoryApart() throws {
    let emulator = try Emulator.shared.get()
    for ordinal in 0..<2 {
      let graph = Graph(seed: 1)
      let v = graph.variable(.constant(Float(ordinal + 1), [3]), name: "v")
      let doubled = v * 2
      let session = try Session(graph, device: try emulator.device(ordinal))
      try session.initializeVariables()
      #expect(try session.run(doubled).scalars == [2, 2, 2].map { $0 * Float(ordinal + 1) })
    }
  }

  /// The GPU of this number is nowhere: its error says why, and what is soft runs all the same.
  @Test func theDeviceOfASessionFollowsTheRequests() throws {
    let graph = Graph(seed: 1)
    let one = graph.constant(Tensor<Float>([1, 2] as [Float]), name: "one")
    let hard = graph.device("/gpu:77") { relu(one) }
    let soft: Node<Float> = graph.device("/gpu:77", soft: true) { sum(one) }
    let session = try Session(graph)
    let error = #expect(throws: GraphError.self) { try session.run(hard) }
    #expect(error?.code == .unavailableDevice)
    #expect(error?.message == "asks for '/gpu:77', and this session has '/cpu:0'")
    #expect(error?.notes.first?.hasPrefix("GPU unavailable: ") == true)
    #expect(error?.notes.dropFirst().first?.contains("soft: true") == true)
    let total: Tensor<Float> = try session.run(soft)
    #expect(total.scalars == [3])
    _ = try Session(
      Graph(seed: 1), configuration: SessionConfiguration(device: "/device:CPU:0"))
    let missing = #expect(throws: GraphError.self) {
      try Session(Graph(seed: 1), configuration: SessionConfiguration(device: "/gpu:77"))
    }
    #expect(missing?.message.hasPrefix("GPU unavailable: ") == true)
    let unknown = #expect(throws: GraphError.self) {
      try Session(Graph(seed: 1), configuration: SessionConfiguration(device: "/tpu:0"))
    }
    #expect(unknown?.message.hasPrefix("there is no device '/tpu:0'; there are ") == true)
  }
}
