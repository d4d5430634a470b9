import Foundation
import ReferenceCorpus
import Testing
import Weft
import WeftTensorFlow

@Suite struct ControlFlowTests {
  @Test(arguments: ControlFlowFixture.names)
  func graphsOfTensorFlowGiveItsNumbers(_ name: String) throws {
    let fixture = try ControlFlowFixture(name)
    let bytes = try File.read(fixture.path)
    let results = try fixture.run(bytes, device: CPUDevice(threads: 1))
    #expect(try fixture.worstDifference(results) < 1e-4)
  }

  @Test(arguments: ["assignments", "branches", "counts", "lengths", "nested_loops"])
  func theReferenceGivesTheSame(_ name: String) throws {
    let fixture = try ControlFlowFixture(name)
    let bytes = try File.read(fixture.path)
    let results = try fixture.run(bytes, device: ReferenceDevice())
    #expect(try fixture.worstDifference(results) < 1e-4)
  }

  @Test(arguments: ControlFlowFixture.names)
  func exportedAgainTheyGiveTheSame(_ name: String) throws {
    let fixture = try ControlFlowFixture(name)
    let graph = Graph()
    try GraphImport(contentsOf: fixture.path).add(to: graph, outputs: fixture.needed)
    let bytes = try GraphExport(graph).bytes()
    let results = try fixture.run(bytes, device: CPUDevice(threads: 1))
    #expect(try fixture.worstDifference(results) < 1e-4)
  }

  @Test func loopsAndBranchesBecomeOneOperationEach() throws {
    let graph = Graph()
    try GraphImport(contentsOf: try ControlFlowFixture("lengths").path).add(to: graph)
    let types = graph.operations.map(\.typeName)
    #expect(types.filter { $0 == "While" }.count == 2)
    for type in ["Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"] {
      #expect(!types.contains(type))
    }
    let loop = try #require(graph.operations.first { $0.typeName == "While" })
    let body = try #require((loop.definition as? While)?.body)
    #expect(body.operations.contains { $0.typeName == "If" })
  }

  @Test func whatLiesInALoopCannotBeFetched() throws {
    let model = try GraphImport(contentsOf: try ControlFlowFixture("nested_loops").path)
    let error = #expect(throws: GraphError.self) {
      try model.add(to: Graph(), outputs: ["while/add:0"])
    }
    #expect(error?.message == "'while/add' lies inside of a loop or a branch")
  }

  /// Our own gradients of TensorFlow's loops against TensorFlow's gradient loops.
  @Test func ownGradientsOfALoopAgree() throws {
    let fixture = try ControlFlowFixture("nested_slopes")
    let graph = Graph()
    let nodes = try GraphImport(contentsOf: fixture.path).add(to: graph)
    let (x, w) = (try nodes.node("x", as: Float.self), try nodes.node("w", as: Float.self))
    let y: Node<Float> = try nodes.node("while/Exit_1")
    let slopes = gradients(of: y * y, withRespectTo: [x, w])
    let own = try #require(slopes[0])
    let other = try #require(slopes[1])
    let wanted = fixture.fetches.filter { $0.key.hasPrefix("gradients") }.keys.sorted()
    #expect(wanted.count == 2)
    let theirs = try wanted.map { try nodes.node($0, as: Float.self) }
    let feeds: Feeds = [
      x: [0.3, -0.7, 0.2] as Tensor<Float>, w: [0.9, 0.4, -0.5] as Tensor<Float>,
    ]
    let session = try Session(graph)
    let (a, b, expected) = try session.run(own, other, theirs, feeding: feeds)
    let sums = [a, b].map { $0.scalars }
    for values in expected.map(\.scalars) {
      let agrees = sums.contains { own in zip(own, values).allSatisfy { abs($0 - $1) < 1e-4 } }
      #expect(agrees)
    }
  }

  @Test func aLoopWithoutAConditionSaysSo() throws {
    let text = """
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "in" op: "Enter" input: "x"
        attr { key: "frame_name" value { s: "loop" } } attr { key: "T" value { type: DT_FLOAT } } }
      node { name: "y" op: "Merge" input: "in" input: "next" }
      node { name: "next" op: "NextIteration" input: "y" }
      node { name: "out" op: "Exit" input: "y" }
      """
    let model = try GraphImport(bytes: Array(text.utf8))
    #expect(model.unsupported.contains { $0.reason == "the loop 'loop' has 0 conditions, not one" })
  }
}
