import Testing
import WeftOps

@Suite struct ControlTests {
  @Test func anAssertionFailsWithItsValues() throws {
    let graph = Graph()
    let x = graph.constant([-1, 2, 3, 4] as Tensor<Float>)
    let flag = graph.placeholder(Bool.self, shape: [])
    let check = graph.assert(flag, "x is negative", values: [x])
    let y = after([check], x)
    #expect(
      throws: OpFailure(
        "assertion failed: x is negative: [-1.0, 2.0, 3.0, ...]", code: .assertionFailed)
    ) {
      try evaluate(y, feeding: [flag.output: AnyTensor(Tensor(false))])
    }
    #expect(try evaluate(y, feeding: [flag.output: AnyTensor(Tensor(true))]).count == 4)
    #expect(check.definition.effect == .external)
  }

  @Test func tupleWaitsForAllOfItsNodes() throws {
    let graph = Graph()
    let x = graph.constant(Float(1))
    let y = graph.constant(Float(2))
    let both = tuple([x, y])
    let gate = try #require(both[0].operation.controlInputs.first)
    #expect(gate.controlInputs.contains(x.operation))
    #expect(gate.controlInputs.contains(y.operation))
    #expect(try evaluate(both[1]).scalars == [2])
  }

  @Test func scatteredRowsAddUp() throws {
    let graph = Graph()
    let counts = graph.variable([[0, 0], [0, 0], [0, 0]] as Tensor<Float>)
    let rows = graph.constant([2, 0, 2] as Tensor<Int32>)
    let ones: Node<Float> = graph.ones([3, 2])
    let visit = counts.scatter(.add, indices: rows, updates: ones)
    let start: [Output: AnyTensor] = [
      counts.erased.reference: AnyTensor(try Tensor<Float>.zeros([3, 2]))
    ]
    let result = try evaluate(Node<Float>(output: visit.output(0)), feeding: start)
    #expect(result.scalars == [1, 1, 0, 0, 2, 2])
    #expect(visit.definition.effect == .updates([0]))
  }

  @Test func aScatterOutsideTheVariableIsAnError() throws {
    let graph = Graph()
    let counts = graph.variable([1, 2] as Tensor<Int32>)
    let rows = graph.constant([5] as Tensor<Int32>)
    let update = counts.scatter(
      .maximum, indices: rows, updates: graph.constant([7] as Tensor<Int32>))
    #expect(throws: OpFailure("index 5 is outside the 2 rows of the variable")) {
      try evaluate(
        Node<Int32>(output: update.output(0)),
        feeding: [counts.erased.reference: AnyTensor([1, 2] as Tensor<Int32>)])
    }
  }
}
