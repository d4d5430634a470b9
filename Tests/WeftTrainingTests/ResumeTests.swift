import Testing
import Weft

@Suite struct ResumeTests {
  private func build() -> (graph: Graph, gradient: Node<Float>, train: GraphOperation) {
    let graph = Graph(seed: 3)
    let w = graph.variable([[1, -2, 3], [-4, 5, -6]] as Tensor<Float>, name: "w")
    let step = graph.globalStep()
    let x = graph.placeholder(Float.self, shape: [2, 3], name: "x")
    let rate = exponentialDecay(0.1, step, 3, 0.5)
    let train = Adam(learningRate: rate).minimize(l2Loss(w - x), globalStep: step)
    return (graph, x, train)
  }

  @Test(arguments: devices.indices)
  func aTrainingGoesOnFromItsVariablesBitForBit(_ device: Int) throws {
    let feeds: [Tensor<Float>] = (0..<10).map { index in
      Tensor<Float>([1, 2, 3, 4, 5, 6]).map { $0 * Float(index) / 7 - 1 }
    }
    let shaped = try feeds.map { try $0.reshaped([2, 3]) }
    let (graph, x, train) = build()
    let session = try Session(graph, device: devices[device])
    try session.initializeVariables()
    var saved: [String: AnyTensor] = [:]
    for (index, value) in shaped.enumerated() {
      if index == 4 {
        for variable in graph.variables { saved[variable.name] = try session.value(of: variable) }
      }
      try session.run(train, feeding: [x: value])
    }
    let (again, y, resume) = build()
    let other = try Session(again, device: devices[device])
    for variable in again.variables {
      try other.load(try #require(saved[variable.name]), into: variable)
    }
    for value in shaped[4...] { try other.run(resume, feeding: [y: value]) }
    for (a, b) in zip(graph.variables, again.variables) {
      #expect(a.name == b.name)
      let (first, second) = (try session.value(of: a), try other.value(of: b))
      #expect(first.hasSameBits(as: second), "\(a.name)")
    }
    let count = try session.value(of: graph.globalStep())
    #expect(count.scalar == 10)
  }
}
