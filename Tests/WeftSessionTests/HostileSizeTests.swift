import Testing
import Weft

/// Graphs and tensors of sizes that nobody meant.
@Suite struct HostileSizeTests {
  @Test func thousandsOfOperationsInARow() throws {
    let graph = Graph()
    let x: Node<Float> = graph.placeholder(shape: [3], name: "x")
    var node = x
    for index in 0..<5_000 { node = index % 2 == 0 ? relu(node) : node + x }
    let slope = gradients(of: sum(node), withRespectTo: [x])[0]
    #expect(graph.operationCount > 7_500)
    let session = try Session(graph)
    let clock = ContinuousClock()
    let time = try clock.measure {
      let value = try session.run(node, feeding: [x: [1, 2, 3] as Tensor<Float>])
      #expect(value.scalars == [2501, 5002, 7503])
    }
    let slopeTime = try clock.measure {
      let value = try session.run(try #require(slope), feeding: [x: [1, 2, 3] as Tensor<Float>])
      #expect(value.scalars == [2501, 2501, 2501])
    }
    print(
      "a row of 5,000 operations compiled and run in \(milliseconds(time)) ms, "
        + "its gradient in \(milliseconds(slopeTime)) ms, of \(graph.operationCount) in the graph")
  }

  @Test func aNodeUsedTenThousandTimes() throws {
    let graph = Graph()
    let x: Node<Float> = graph.placeholder(shape: [], name: "x")
    let total = addN((0..<10_000).map { $0 % 2 == 0 ? x : -x } + [x])
    let slope = gradients(of: total, withRespectTo: [x])[0]
    let session = try Session(graph)
    let (value, found) = try session.run(total, try #require(slope), feeding: [x: 3])
    #expect(value.scalar == 3 && found.scalar == 1)
  }

  @Test func memoryThatNoMachineHas() throws {
    for device in devices() {
      // Each result alone would be below the limit of one tensor.
      let graph = Graph()
      let x: Node<Float> = graph.placeholder(shape: [], name: "x")
      let huge = broadcastTo(x, shape: [1 << 20, 1 << 20])
      let total = sum(huge)
      let variable = graph.variable(.zeros([1 << 20, 1 << 20]), name: "w")
      let session = try Session(graph, device: device)
      let attempts: [() throws -> Void] = [
        { try session.run(huge, feeding: [x: 1]) },
        { try session.run(total, feeding: [x: 1]) },
        { try session.initializeVariables() }, { _ = try session.value(of: variable) },
      ]
      for (index, attempt) in attempts.enumerated() {
        let error = #expect(throws: GraphError.self, "\(index)") { try attempt() }
        #expect(error?.code == .outOfMemory, "\(index): \(error.map { "\($0)" } ?? "")")
      }
    }
    #expect(throws: TensorError.self) { try Tensor<Float>.zeros([1 << 40, 1 << 40]) }
    #expect(throws: TensorError.self) { try Tensor<Float>.zeros([1 << 40]) }
    #expect(throws: TensorError.self) { try Tensor<Float>.zeros([-1]) }
    #expect(throws: TensorError.self) { try Tensor<Double>(repeating: 1, shape: [.max]) }
    #expect(throws: TensorError.self) { try ([1, 2, 3] as Tensor<Float>).reshaped([.max, .max]) }
  }

  private func milliseconds(_ duration: Duration) -> Int {
    Int(duration / .milliseconds(1))
  }
}
