import Testing
import WeftOps

@Suite struct SubscriptTests {
  private let graph = Graph()
  /// 0 ..< 24 as [2, 3, 4].
  private func cube() throws -> Node<Int32> {
    graph.constant(try Tensor<Int32>(shape: [2, 3, 4], scalars: (0..<24).map { $0 }))
  }

  @Test func anIndexTakesItsAxisAway() throws {
    let x = try cube()
    #expect(x[1].shape == [3, 4])
    #expect(try evaluate(x[1]).scalars == (12..<24).map { $0 })
    #expect(try evaluate(x[-1, -1, -1]).scalars == [23])
    #expect(try evaluate(x[0, 2, 1]).shape == [])
  }

  @Test func rangesKeepTheirAxis() throws {
    let x = try cube()
    #expect(try evaluate(x[0..<1, 1...2, ..<2]).scalars == [4, 5, 8, 9])
    #expect(try evaluate(x[0, 0, from(1, to: -1)]).scalars == [1, 2])
    #expect(try evaluate(x[0, 0, every(-1)]).scalars == [3, 2, 1, 0])
    #expect(try evaluate(x[0, 0, from(nil, by: 2)]).scalars == [0, 2])
    #expect(try evaluate(x[0, 0, ...(-2)]).scalars == [0, 1, 2])
    #expect(x[1..., 2...].shape == [1, 1, 4])
  }

  @Test func anEllipsisStandsForTheAxesLeftOver() throws {
    let x = try cube()
    #expect(try evaluate(x[..., 2...]).scalars == [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23])
    #expect(x[..., newAxis].shape == [2, 3, 4, 1])
    #expect(x[1, ..., 0].shape == [3])
    #expect(x[newAxis, 1].shape == [1, 3, 4])
  }

  @Test func anIntegerNodeIsAnIndex() throws {
    let x = try cube()
    let row = graph.placeholder(Int32.self, shape: [])
    #expect(x[row].shape == [3, 4])
    let value = try evaluate(x[row, 2, 0], feeding: [row.output: AnyTensor(Tensor<Int32>(1))])
    #expect(value.scalars == [20])
  }

  @Test func unknownDimensionsStayUnknownAndKnownOnesStay() {
    let x = graph.placeholder(Float.self, shape: [nil, 5])
    #expect(x[0].shape == [5])
    #expect(x[1..., 2..<4].shape == [nil, 2])
    #expect(x[..., 0].shape == [nil])
  }

  @Test func anIndexOutsideIsAnErrorWithTheLine() throws {
    let graph = Graph()
    let x: Node<Float> = graph.zeros([2, 3])
    _ = x[2]
    let error = try #require(graph.errors.first)
    #expect(error.message == "index 2 is outside an axis of size 2")
    #expect(error.location?.description.hasPrefix("SubscriptTests.swift") == true)
  }

  @Test func partsOfShapesKeepWhatIsKnown() {
    let x = graph.placeholder(Float.self, shape: [nil, 6, 4])
    let sizes = shape(x)
    let merged = stack([sizes[0], sizes[1] * 4])
    #expect(reshape(x, concat([sizes[..<1], sizes[1...]], axis: 0)).shape == [nil, 6, 4])
    #expect(reshape(x, stack([sizes[0], graph.constant(Int32(24))])).shape == [nil, 24])
    #expect(reshape(x, merged).shape.rank == 2)
  }
}
