import Testing
import Weft

/// Which value a read of a variable sees does not depend on scheduling.
@Suite struct VariableSemanticsTests {
  @Test(arguments: devices().indices) func aReadSeesTheValueFromBeforeTheRunsUpdates(_ index: Int)
    throws
  {
    let graph = Graph()
    let v = graph.variable(Tensor<Float>(1), name: "v")
    // The reader is made after the update, and fetched with it.
    let update = v.assignAdd(Tensor<Float>(10).constant(in: graph))
    let double = v * 2
    let session = try Session(graph, device: devices()[index])
    try session.initializeVariables()
    let (_, doubled, value) = try session.run(update, double, v)
    #expect(doubled.scalar == 2)
    #expect(value.scalar == 1)
    #expect(try session.value(of: v).scalar == 11)
  }

  @Test(arguments: devices().indices) func aControlDependencyMakesTheUpdateSeen(_ index: Int) throws
  {
    let graph = Graph()
    let v = graph.variable(Tensor<Float>(1), name: "v")
    let update = v.assignAdd(Tensor<Float>(10).constant(in: graph))
    let after = graph.after([update]) { v * 2 }
    let read = graph.after([update]) { identity(v) }
    let session = try Session(graph, device: devices()[index])
    try session.initializeVariables()
    let (doubled, value, before) = try session.run(after, read, v)
    #expect(doubled.scalar == 22)
    #expect(value.scalar == 11)
    #expect(before.scalar == 1)
  }

  /// As TensorFlow writes `v + 1` under a control dependency: only the constant has it.
  @Test(arguments: devices().indices) func aConstantHandsItsControlDependenciesOn(_ index: Int)
    throws
  {
    let graph = Graph()
    let v = graph.variable(Tensor<Float>(1), name: "v")
    let update = v.assignAdd(Tensor<Float>(10).constant(in: graph))
    let one = graph.after([update]) { graph.constant(Tensor<Float>(1)) }
    let two = one + one
    let marker = graph.group([two.operation])
    let sum = v + one
    let twice = v * two
    let after = graph.after([marker]) { identity(v) }
    let session = try Session(graph, device: devices()[index])
    try session.initializeVariables()
    let (first, second, third) = try session.run(sum, twice, after)
    #expect(first.scalar == 12)
    #expect(second.scalar == 22)
    #expect(third.scalar == 11)
  }

  @Test(arguments: devices().indices) func twoVariablesAreSwapped(_ index: Int) throws {
    let graph = Graph()
    let a = graph.variable([1, 2] as Tensor<Float>, name: "a")
    let b = graph.variable([3, 4] as Tensor<Float>, name: "b")
    let swap = graph.group([a.assign(b), b.assign(a)])
    let session = try Session(graph, device: devices()[index])
    try session.initializeVariables()
    try session.run(swap)
    #expect(try session.value(of: a).scalars == [3, 4])
    #expect(try session.value(of: b).scalars == [1, 2])
  }

  @Test(arguments: devices().indices) func readersInACircleGetCopies(_ index: Int) throws {
    let graph = Graph()
    let a = graph.variable(Tensor<Float>(1), name: "a")
    let b = graph.variable(Tensor<Float>(2), name: "b")
    let ten = Tensor<Float>(10).constant(in: graph)
    let writeA = a.assign(ten)
    let writeB = b.assign(ten)
    // Each reader waits for the other variable's update and sees the old value of its own.
    let oldA = graph.after([writeB]) { a + ten }
    let oldB = graph.after([writeA]) { b + ten }
    let session = try Session(graph, device: devices()[index])
    try session.initializeVariables()
    let (x, y) = try session.run(oldA, oldB)
    #expect(x.scalar == 11)
    #expect(y.scalar == 12)
    #expect(try session.value(of: a).scalar == 10)
  }

  @Test func twoUpdatesOfOneRunAreBothMade() throws {
    let graph = Graph()
    let v = graph.variable(Tensor<Float>(0), name: "v")
    let one = Tensor<Float>(1).constant(in: graph)
    let both = graph.group([v.assignAdd(one), v.assignAdd(one)])
    let session = try Session(graph)
    try session.initializeVariables()
    for _ in 0..<3 { try session.run(both) }
    #expect(try session.value(of: v).scalar == 6)
  }

  @Test func initialValuesMayReadOtherVariables() throws {
    let graph = Graph()
    let a = graph.variable([1, 2, 3] as Tensor<Float>, name: "a")
    let b = graph.variable(initialValue: a * 2, name: "b")
    let c = graph.variable(initialValue: b + a, name: "c")
    let session = try Session(graph)
    try session.initializeVariables()
    #expect(try session.value(of: c).scalars == [3, 6, 9])
  }

  @Test func sessionsOnOneGraphKeepTheirOwnValues() throws {
    let graph = Graph()
    let v = graph.variable(Tensor<Float>(0), name: "v")
    let update = v.assignAdd(Tensor<Float>(1).constant(in: graph))
    let (first, second) = (try Session(graph), try Session(graph))
    try first.initializeVariables()
    try second.initializeVariables()
    try first.run(update)
    #expect(try first.value(of: v).scalar == 1)
    #expect(try second.value(of: v).scalar == 0)
  }

  @Test func runsFromSeveralThreadsLoseNoUpdate() async throws {
    let graph = Graph()
    let v = graph.variable(Tensor<Float>(0), name: "v")
    let x = graph.placeholder(Float.self, shape: [nil], name: "x")
    let update = v.assignAdd(Tensor<Float>(1).constant(in: graph))
    let y = x * v
    let session = try Session(graph)
    try session.initializeVariables()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for task in 0..<4 {
        tasks.addTask {
          for step in 0..<100 {
            try session.run(update)
            let input = Tensor<Float>([Float](repeating: 1, count: 1 + (task + step) % 3))
            let result = try session.run(y, feeding: [x: input])
            #expect(Set(result.scalars).count == 1)
          }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(try session.value(of: v).scalar == 400)
  }

  @Test func aLoadedValueMustHaveTheVariablesType() throws {
    let graph = Graph()
    let v = graph.variable([1, 2] as Tensor<Float>, name: "v")
    let session = try Session(graph)
    let error = #expect(throws: GraphError.self) {
      try session.load([1, 2, 3] as Tensor<Float>, into: v)
    }
    #expect(error?.message == "is float32[2], was given float32[3]")
  }
}

extension Tensor {
  /// The tensor as a constant of a graph.
  func constant(in graph: Graph) -> Node<Scalar> { graph.constant(self) }
}
