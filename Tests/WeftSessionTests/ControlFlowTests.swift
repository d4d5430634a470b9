import Testing
import Weft

@Suite struct ControlFlowTests {
  private static let devices: [any Device] = [CPUDevice(threads: 2), ReferenceDevice()]

  private func factorial(_ graph: Graph, _ n: Node<Int32>) -> Node<Int32> {
    let one = graph.constant(1 as Int32)
    return whileLoop(n, one, while: { i, _ in i .> 1 }, body: { i, p in (i - 1, p * i) }).1
  }

  @Test(arguments: devices.indices) func aLoopTurnsAsOftenAsDataSays(_ index: Int) throws {
    let graph = Graph()
    let n = graph.placeholder(Int32.self, shape: [], name: "n")
    let result = factorial(graph, n)
    let session = try Session(graph, device: Self.devices[index])
    for (number, wanted) in [(0, 1), (1, 1), (5, 120), (7, 5040)] as [(Int32, Int32)] {
      let value = try session.run(result, feeding: [n: number]).scalar
      #expect(value == wanted)
    }
  }

  @Test func variablesMadeInABodyBelongToTheGraph() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [2, 3], name: "x")
    let (_, h) = graph.variableScope("model") {
      whileLoop(graph.constant(0 as Int32), x) { i, _ in
        i .< 2
      } body: { i, h in
        (i + 1, tanh(matmul(h, graph.getVariable("kernel", shape: [3, 3]))))
      }
    }
    #expect(graph.variables.map(\.name) == ["model/kernel"])
    let train = GradientDescent(learningRate: 0.5).minimize(mean(square(h)))
    let session = try Session(graph)
    try session.initializeVariables()
    let before = try session.value(of: graph.variables[0])
    try session.run(train, feeding: [x: try Tensor<Float>(repeating: 1, shape: [2, 3])])
    #expect(try session.value(of: graph.variables[0]).doubles != before.doubles)
  }

  @Test func aNodeOfABranchMayNotLeaveIt() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    var leaked: Node<Float>?
    let y: Node<Float> = cond(sum(x) .> 0) {
      let inner = x * 2
      leaked = inner
      return inner
    } else: {
      x
    }
    _ = y + (try #require(leaked))
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(error?.code == .foreignNode)
    #expect(
      error?.notes == ["it is a part of a branch or a loop: make it one of their results"])
  }

  @Test func errorsOfABodyAreReported() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2, 3], name: "x")
    _ = whileLoop(x, while: { sum($0) .> 0 }, body: { matmul($0, x) })
    let error = #expect(throws: GraphError.self) { try Session(graph) }
    #expect(error?.message == "inner dimensions differ: [2, 3] x [2, 3]")
  }

  @Test func aConditionMustBeOneTruthValue() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    _ = whileLoop(x, while: { $0 .> 0 }, body: { $0 - 1 })
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(error?.message == "the condition must be a single truth value, not bool[2]")
  }

  @Test(arguments: devices.indices) func branchesOfDifferentShapes(_ index: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil], name: "x")
    let y = cond(sum(x) .> 0) {
      concat([x, x], axis: 0)
    } else: {
      x
    }
    let z = y * 2
    let session = try Session(graph, device: Self.devices[index])
    let (up, down) = ([1, 2] as Tensor<Float>, [-1, -2] as Tensor<Float>)
    let (long, short) = (
      try session.run(z, feeding: [x: up]).scalars, try session.run(z, feeding: [x: down]).scalars
    )
    #expect(long == [2, 4, 2, 4])
    #expect(short == [-2, -4])
  }

  /// Only the branch that is taken runs: the other one's assertion does not fail.
  @Test(arguments: devices.indices) func onlyTheBranchTakenRuns(_ index: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [], name: "x")
    let y = cond(x .> 0) {
      let check = graph.assert(x .< 10, "x is too large")
      return graph.after([check]) { identity(x) }
    } else: {
      -x
    }
    let session = try Session(graph, device: Self.devices[index])
    func run(_ value: Float) throws -> Float? { try session.run(y, feeding: [x: value]).scalar }
    #expect(try run(-20) == 20)
    #expect(try run(5) == 5)
    let error = #expect(throws: GraphError.self) { try run(20) }
    #expect(error?.code == .assertionFailed)
  }

  /// A loop's random numbers differ from turn to turn, and are the same in every session.
  @Test func everyTurnDrawsItsOwnNumbers() throws {
    let graph = Graph(seed: 3)
    let (_, all) = whileLoop(
      graph.constant(0 as Int32), graph.constant([] as Tensor<Float>)
    ) { i, _ in
      i .< 3
    } body: { i, all in
      (i + 1, concat([all, graph.randomUniform([2])], axis: 0))
    }
    let values = try Session(graph).run(all).scalars
    #expect(Set(values).count == 6)
    #expect(try Session(graph).run(all).scalars == values)
  }

  @Test func gradientsMayBeTakenInABody() throws {
    let graph = Graph()
    let x = graph.placeholder(Double.self, shape: [], name: "x")
    // Newton's way to the square root of 2.
    let (_, root) = whileLoop(graph.constant(0 as Int32), x) { i, _ in
      i .< 6
    } body: { i, r in
      let error = r * r - 2.0
      let slope = gradients(of: error, withRespectTo: [r])[0] ?? r
      return (i + 1, r - error / slope)
    }
    let session = try Session(graph)
    let found = try #require(try session.run(root, feeding: [x: 1.0]).scalar)
    #expect(abs(found - 2.0.squareRoot()) < 1e-12)
  }

  @Test func theTextShowsTheParts() {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [], name: "x")
    _ = cond(x .> 0) {
      x + 1
    } else: {
      x
    }
    let text = graph.text
    #expect(text.contains("cond/If = If(Greater:0, x:0) : float32[]"))
    #expect(text.contains("then (_, cond/then/x:0):"))
    #expect(text.contains("gives cond/then/add:0"))
  }
}
