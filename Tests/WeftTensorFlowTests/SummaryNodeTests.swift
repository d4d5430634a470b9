import Testing
import Weft

@testable import WeftTensorFlow

@Suite struct SummaryNodeTests {
  @Test func summariesAreFetchedWithTheStep() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let w = graph.variable([[1, 2], [3, 4], [5, 6]] as Tensor<Float>, name: "w")
    let loss = mean(square(matmul(x, w)))
    let pictures = graph.placeholder(UInt8.self, shape: [nil, 4, 5, 1], name: "pictures")
    graph.scope("train") {
      summary.scalar("loss", loss)
      summary.histogram("w", w)
    }
    summary.scalar("w", loss)
    summary.image("pictures", pictures, maxOutputs: 2)
    let merged = summary.mergeAll(in: graph)
    let train = GradientDescent(learningRate: 0.1).minimize(loss)
    let session = try Session(graph)
    try session.initializeVariables()
    let images = try Tensor<UInt8>.zeros([3, 4, 5, 1])
    let (values, l, _) = try session.run(
      merged, loss, train, feeding: [x: [[1, 0, 0]] as Tensor<Float>, pictures: images])
    #expect(
      values.map(\.tag) == [
        "train/loss", "train/w", "w_1", "pictures_1/image/0", "pictures_1/image/1",
      ])
    #expect(l.scalar == 2.5)
    #expect(values[0].content == .scalar(2.5))
    #expect(values[1].content == .histogram(Histogram([1, 2, 3, 4, 5, 6])))
    let one = try session.run(
      summary.merge([SummaryNode(outputs: [merged.outputs[1]])]))
    #expect(one.count == 1)
  }

  @Test func aTagMayBeAnothersThanTheName() throws {
    let graph = Graph()
    let x = graph.constant(Tensor<Float>(3))
    let operation = applyOperation(ScalarSummary(tag: "a b"), [x], name: "s")
    let values = try Session(graph).run(SummaryNode(outputs: [operation.output(0)]))
    #expect(values == [.scalar("a b", 3)])
  }

  @Test func whatCannotBeShownIsAnErrorOfBuilding() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    summary.scalar("scalar", graph.constant([1, 2] as Tensor<Float>))
    summary.image("flat", x)
    let messages = graph.errors.map(\.message)
    #expect(
      messages == [
        "shows one number, was given [2]",
        "images have the shape [count, height, width, 1 or 3], not [?, 3]",
      ])
    // What is unknown while the graph is built is found when it runs.
    let other = Graph()
    let y = other.placeholder(Float.self, shape: .unknown, name: "y")
    let node = summary.scalar("y", y)
    let session = try Session(other)
    let values = try session.run(node, feeding: [y: Tensor<Float>(2)])
    #expect(values == [SummaryValue.scalar("y_1", 2)])
    #expect(throws: GraphError.self) {
      try session.run(node, feeding: [y: [1, 2] as Tensor<Float>])
    }
  }
}
