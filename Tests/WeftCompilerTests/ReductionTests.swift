import Testing
import Weft

/// Which formulas end in a reduction or in an update, and which stay on their own.
@Suite struct ReductionTests {
  private func steps(
    _ formulas: (_ x: Node<Float>, _ y: Node<Float>, _ row: Node<Float>) -> [Output]
  ) throws -> [String] {
    let graph = Graph(seed: 4)
    let x = graph.placeholder(Float.self, shape: [5, 7], name: "x")
    let y = graph.placeholder(Float.self, shape: [5, 7], name: "y")
    let row = graph.placeholder(Float.self, shape: [7], name: "row")
    let fetches = formulas(x, y, row)
    let plan = try Session(graph).plan(
      of: fetches,
      feeding: [
        x: try Tensor<Float>.zeros([5, 7]), y: try Tensor<Float>.zeros([5, 7]),
        row: try Tensor<Float>.zeros([7]),
      ])
    return try #require(plan).steps.map(\.definition.typeName)
  }

  @Test func aFormulaEndsInItsReduction() throws {
    let fused = ["WeftFusedReduction"]
    #expect(try steps { x, y, _ in [mean(square(x - y)).output] } == fused)
    #expect(try steps { x, _, row in [sum(exp(x) * row, axes: [1]).output] } == fused)
    #expect(try steps { x, _, _ in [max(abs(x), axes: [0]).output] } == fused)
    #expect(try steps { x, y, _ in [mean(cast(equal(x, y), to: Float.self)).output] } == fused)
    #expect(try steps { x, y, _ in [any(greater(x, y)).output] } == fused)
  }

  @Test func whatHasAnotherUserStays() throws {
    #expect(
      try steps { x, y, _ in
        let product = x * y
        return [sum(product).output, product.output]
      } == ["Mul", "Sum"])
    #expect(try steps { x, _, _ in [sum(x).output] } == ["Sum"])
  }

  @Test func theSumOfAFormulaIsRight() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let total = sum(square(x - 1), axes: [0])
    let result = try Session(graph).run(
      total, feeding: [x: [[1, 2, 3], [4, 5, 6]] as Tensor<Float>])
    #expect(result == [9, 17, 29])
  }

  @Test func aPenaltyGoesIntoTheUpdate() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [4, 6], name: "x")
    let w = graph.variable(.zeros([6, 5]), name: "w")
    let loss = mean(square(matmul(x, w) - 1)) + 0.1 * l2Loss(w)
    let train = Adam(learningRate: 0.01).minimize(loss)
    let plan = try #require(
      try Session(graph).plan(
        of: [], targets: [train], feeding: [x: try Tensor<Float>.zeros([4, 6])]))
    let update = try #require(
      plan.steps.first { $0.definition.typeName == "WeftFusedUpdate" })
    // The variable is read by the formula in its own place: no copy of it is made.
    #expect(!plan.steps.contains { $0.definition.typeName == "Snapshot" })
    #expect(!plan.steps.contains { $0.definition.typeName == "AddN" })
    #expect(update.origin.location != nil)
  }
}
