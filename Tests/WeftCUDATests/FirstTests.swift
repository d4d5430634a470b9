import Testing
import Weft
import WeftCUDA

@Suite struct FirstTests {
  @Test func aFormulaRunsOnTheDevice() throws {
    let emulator = try Emulator.shared.get()
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 5], name: "x")
    let b = graph.variable(.zeros([5]), name: "b")
    let y = relu(x * 2 + b)
    let total = sum(y)
    let session = try Session(graph, device: try emulator.device())
    try session.initializeVariables()
    let values = try Tensor<Float>(shape: [3, 5], scalars: (0..<15).map { Float($0) - 7 })
    for _ in 0..<4 {
      let (result, s) = try session.run(y, total, feeding: [x: values])
      #expect(result.scalars == (0..<15).map { max(0, 2 * (Float($0) - 7)) })
      #expect(s.scalar == 56)
    }
  }
}
