import Testing
import Weft

@Suite struct FeedTests {
  @Test func aFedPlaceholderMayBeATargetOrWaitedFor() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [3], name: "x")
    let y = graph.after([x.operation]) { graph.constant(Tensor<Float>([1, 2]), name: "y") + 1 }
    let session = try Session(graph)
    let feeds: Feeds = [x: Tensor<Float>([4, 5, 6])]
    let (values, _) = try session.run([y], [x.operation], feeding: feeds)
    #expect(values[0].scalars == [2, 3])
    #expect(throws: GraphError.self) { try session.run(x.operation) }
  }

  /// What is waited for runs, but whoever uses it gets what was fed.
  @Test func aFedResultStaysFedWhereItsOperationRuns() throws {
    let graph = Graph()
    let v = graph.variable(.constant(1, [2]), name: "v")
    let counted = v.assignAdd(graph.constant(Tensor<Float>([10, 20])))
    let h = Node<Float>(output: counted.output(0))
    let y = graph.after([counted]) { h * 2 }
    let session = try Session(graph)
    try session.initializeVariables()
    let feeds: Feeds = [h: Tensor<Float>([5, 7])]
    let doubled = try session.run(y, feeding: feeds)
    #expect(doubled.scalars == [10, 14])
    let after = try session.value(of: v)
    #expect(after.scalars == [11, 21])
  }
}
