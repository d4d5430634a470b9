import Synchronization
import Testing
import Weft
import WeftCUDA

/// What a GPU leaves to the host.
@Suite struct HostStepTests {
  /// The CPU, which notes what it is asked to compile, or refuses.
  private final class Host: Device {
    let name = "/cpu:0"
    let refuses: Bool
    let compiled = Mutex<[String]>([])
    init(refuses: Bool = false) { self.refuses = refuses }

    func allocate(byteCount: Int) throws(GraphError) -> any DeviceMemory {
      try CPUDevice.shared.allocate(byteCount: byteCount)
    }

    func compile(_ plan: ExecutionPlan, resources: ProgramResources) throws(GraphError)
      -> any DeviceProgram
    {
      if refuses { throw GraphError(.unsupported, "no kernel here") }
      compiled.withLock { $0 += plan.steps.map(\.definition.typeName) }
      return try CPUDevice.shared.compile(plan, resources: resources)
    }
  }

  @Test(arguments: [false, true]) func theHostsDeviceComputesIt(_ refuses: Bool) throws {
    let host = Host(refuses: refuses)
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [2, 2], name: "x")
    let y = matrixInverse(x * 2, name: "inverse") + 1
    let session = try Session(graph, device: try Emulator.shared.get().device(host: host))
    for size in 1...3 {
      let values = try Tensor<Float>(shape: [2, 2], scalars: [Float(size), 0, 0, 4])
      let result = try session.run(y, feeding: [x: values])
      #expect(result.scalars == [1 + 0.5 / Float(size), 1, 1, 1.125])
    }
    #expect(host.compiled.withLock { $0 } == (refuses ? [] : ["MatrixInverse"]))
    let error = #expect(throws: GraphError.self) {
      try session.run(y, feeding: [x: try Tensor<Float>(repeating: 1, shape: [2, 2])])
    }
    #expect(error?.subject == "matrixInverse 'inverse'")
  }

  /// A loop that updates a variable and draws random numbers goes on in the host's copy of it.
  @Test func aLoopUpdatesVariables() throws {
    func results(_ device: any Device) throws -> [[Float]] {
      let graph = Graph(seed: 5)
      let total = graph.variable(.constant(Float(1), [3]), name: "total")
      let turns = graph.placeholder(Int32.self, shape: [], name: "turns")
      let first = graph.constant(Tensor<Int32>(0))
      let last = whileLoop(first, while: { $0 .< turns }) { turn in
        let step: Node<Float> = graph.randomUniform([3])
        return after([total.assignAdd(step)], turn + 1)
      }
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      var found: [[Float]] = []
      for count in [2, 0, 3] {
        _ = try session.run(last, feeding: [turns: Tensor<Int32>(Int32(count))])
        found.append(try session.value(of: total).scalars)
      }
      return found
    }
    let device = try Emulator.shared.get().device()
    let found = try results(device)
    let expected = try results(CPUDevice.shared)
    #expect(found == expected)
    #expect(found[0] == found[1] && found[1] != found[2])
    #expect(Array(device.hostSteps.keys) == ["While"])
  }
}
