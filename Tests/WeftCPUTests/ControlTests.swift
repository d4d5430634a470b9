import Testing
import Weft

@Suite struct ControlTests {
  /// A print passes its input on, and must be a step all the same.
  @Test func aPrintIsAStepOfThePlan() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let printed = print(x, values: [x], message: "x = ")
    let session = try Session(graph, device: CPUDevice(threads: 1))
    let plan = try session.plan(of: [printed.output], feeding: [x: [1, 2] as Tensor<Float>])
    #expect(plan?.steps.contains { $0.definition is Print } == true)
  }
}
