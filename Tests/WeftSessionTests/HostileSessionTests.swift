import Synchronization
import Testing
import Weft

/// Sessions used in ways that nobody meant.
@Suite struct HostileSessionTests {
  @Test func aPreparedStepRefusesWrongValues() throws {
    for device in devices() {
      let graph = Graph()
      let x: Node<Float> = graph.placeholder(shape: [nil, 2], name: "x")
      let n: Node<Int32> = graph.placeholder(shape: [], name: "n")
      let total = sum(x)
      let session = try Session(graph, device: device)
      let step = try session.prepare(total, n, feeding: x, n)
      let good: Tensor<Float> = [[1, 2], [3, 4]]
      let narrow: Tensor<Float> = [1, 2, 3]
      let attempts: [(says: String, run: () throws -> Void)] = [
        ("the step takes 2 values, was given 1", { _ = try step.run(good) }),
        ("the step takes 2 values, was given more", { _ = try step.run(good, 1, 2) }),
        ("takes int32, was given float32", { _ = try step.run(1.5, good) }),
        ("takes the shape [?, 2], was given [3]", { _ = try step.run(narrow, 1) }),
        (
          "takes int32, was given the whole number 1099511627776",
          { _ = try step.run(good, 1 << 40) }
        ),
        ("takes int32, was given bool", { _ = try step.run(good, true) }),
      ]
      for attempt in attempts {
        let error = #expect(throws: GraphError.self) { try attempt.run() }
        #expect(error?.message == attempt.says)
      }
      let result1 = try step.run(good, 3).0
      #expect(result1.scalar == 10)
      let result2 = try step.run([[5, 6]] as Tensor<Float>, 3).0
      #expect(result2.scalar == 11)
    }
  }

  @Test func aNodeThatIsNoPlaceholderMayBeFed() throws {
    for device in devices() {
      let graph = Graph()
      let x: Node<Float> = graph.placeholder(shape: [2])
      let hidden = x * 2
      let result = hidden + 1
      let fixed = graph.constant([1, 2] as Tensor<Float>)
      let session = try Session(graph, device: device)
      // What lies before it does not run, so its placeholder needs no value.
      let result3 = try session.run(result, feeding: [hidden: [5, 6] as Tensor<Float>])
      #expect(result3.scalars == [6, 7])
      let result4 = try session.run(fixed, feeding: [fixed: [3, 4] as Tensor<Float>])
      #expect(result4.scalars == [3, 4])
      #expect(throws: GraphError.self) {
        try session.run(result, feeding: [hidden: [5, 6, 7] as Tensor<Float>])
      }
    }
  }

  @Test func theSameThingFetchedTwice() throws {
    for device in devices() {
      let graph = Graph()
      let x: Node<Float> = graph.placeholder(shape: [nil])
      let double = x * 2
      let same = identity(double)
      let fixed = graph.constant([1, 2] as Tensor<Float>)
      let session = try Session(graph, device: device)
      let fed: Tensor<Float> = [3, 4]
      let (a, b, c, d, e, f) = try session.run(
        double, double, same, x, fixed, [fixed, x], feeding: [x: fed])
      #expect(a.scalars == [6, 8] && b == a && c == a)
      #expect(
        d.scalars == [3, 4] && e.scalars == [1, 2] && f.map(\.scalars) == [[1, 2], [3, 4]])
      // What comes back is a value: the next run leaves it alone.
      _ = try session.run(double, x, feeding: [x: [7, 8] as Tensor<Float>])
      #expect(a.scalars == [6, 8] && d.scalars == [3, 4] && fed.scalars == [3, 4])
      let nothing: [Node<Float>] = []
      let none = try session.run(nothing)
      #expect(none.isEmpty)
    }
  }

  @Test func aVariableFetchedWhileItIsUpdatedIsTheOldOne() throws {
    for device in devices() {
      let graph = Graph()
      let w = graph.variable([1, 2] as Tensor<Float>)
      let update = w.assignAdd(graph.constant([10, 10] as Tensor<Float>))
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      let result5 = try session.run(w, update, w).0
      #expect(result5.scalars == [1, 2])
      let result6 = try session.run(w)
      #expect(result6.scalars == [11, 12])
      let kept = try session.run(w)
      try session.run(update)
      #expect(kept.scalars == [11, 12])
      // The update's own result is the new value.
      let updated = try session.run(update.output(0))
      #expect(updated.doubles == [31, 32])
    }
  }

  @Test func valuesOfAnotherTypeOrShapeAreNotLoaded() throws {
    let graph = Graph()
    let w = graph.variable([1, 2] as Tensor<Float>)
    let stranger = Graph().variable([1, 2] as Tensor<Float>)
    let session = try Session(graph)
    for wrong in [
      AnyTensor([1, 2, 3] as Tensor<Float>), AnyTensor([1, 2] as Tensor<Int32>),
      AnyTensor(Tensor<Float>(1)),
    ] {
      #expect(throws: GraphError.self) { try session.load(wrong, into: w.erased) }
    }
    #expect(throws: GraphError.self) { try session.load([1, 2], into: stranger) }
    #expect(throws: GraphError.self) { try session.value(of: stranger) }
    #expect(throws: GraphError.self) { try session.value(of: w) }
    #expect(throws: GraphError.self) { try session.initialize(stranger) }
  }

  @Test func initialValuesThatDependOnEachOtherInACircleOrOnAFeed() throws {
    let graph = Graph()
    let x: Node<Float> = graph.placeholder(shape: [2], name: "x")
    _ = graph.variable(initialValue: x * 2, name: "w")
    let session = try Session(graph)
    let error = #expect(throws: GraphError.self) { try session.initializeVariables() }
    #expect(error?.code == .missingFeed)
  }

  @Test func anythingAfterClosingIsAnError() throws {
    for device in devices() {
      let graph = Graph()
      let x: Node<Float> = graph.placeholder(shape: [nil])
      let w = graph.variable([1, 2] as Tensor<Float>)
      let total = sum(x) + sum(w)
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      let step = try session.prepare(total, feeding: x)
      let fed: Tensor<Float> = [1]
      let result7 = try step.run(fed)
      #expect(result7.scalar == 4)
      session.close()
      session.close()
      let attempts: [() throws -> Void] = [
        { try session.run(total, feeding: [x: fed]) }, { try step.run(fed) },
        { _ = try session.value(of: w) }, { try session.load([1, 2], into: w) },
        { try session.initializeVariables() },
        { _ = try session.plan(of: [total.output], feeding: [x: fed]) },
      ]
      for attempt in attempts {
        let error = #expect(throws: GraphError.self) { try attempt() }
        #expect(error?.code == .sessionClosed)
      }
      // The graph serves another session.
      let next = try Session(graph, device: device)
      try next.initializeVariables()
      let result8 = try next.run(total, feeding: [x: fed])
      #expect(result8.scalar == 4)
    }
  }

  @Test func closingWhileOthersRun() async throws {
    for device in devices() {
      for _ in 0..<5 {
        let model = try MLP(device: device)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
          for task in 0..<4 {
            group.addTask {
              for turn in 0..<50 {
                if task == 0, turn == 10 { model.session.close() }
                do {
                  let rows = try Tensor<Float>(repeating: 1, shape: [turn % 3 + 1, 5])
                  let classes = try Tensor<Float>(repeating: 0.3, shape: [turn % 3 + 1, 3])
                  let loss = try model.step(rows, classes)
                  if !loss.isFinite { return false }
                } catch let error as GraphError {
                  if error.code != .sessionClosed { return false }
                } catch { return false }
              }
              return true
            }
          }
          var all: [Bool] = []
          for await outcome in group { all.append(outcome) }
          return all
        }
        #expect(outcomes == [true, true, true, true], "\(device.name)")
      }
    }
  }

  @Test func runsOfSeveralThreadsAddUp() async throws {
    for device in devices() {
      let graph = Graph()
      let amount: Node<Int64> = graph.placeholder(shape: [])
      let total = graph.variable(Tensor<Int64>(0))
      let update = total.assignAdd(amount)
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 1...4 {
          group.addTask {
            for _ in 0..<50 {
              try session.run(update, feeding: [amount: task])
              _ = try session.run(total)
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try session.value(of: total).scalar == 500)
    }
  }

  @Test func aGraphBuiltByTwoThreadsAtOnce() async throws {
    let graph = Graph(seed: 4)
    let x: Node<Float> = graph.placeholder(shape: [2], name: "x")
    let ends = await withTaskGroup(of: Node<Float>.self) { group in
      for task in 1...4 {
        group.addTask {
          graph.scope("tower") {
            var node = x
            for _ in 0..<200 { node = node + Float(task) }
            return node
          }
        }
      }
      var all: [Node<Float>] = []
      for await node in group { all.append(node) }
      return all
    }
    #expect(Set(graph.operations.map { $0.name.lowercased() }).count == graph.operationCount)
    #expect(graph.operationCount == 1 + 4 * 200 * 2)
    for (index, operation) in graph.operations.enumerated() {
      #expect(operation.id == index)
      #expect(operation.inputs.allSatisfy { $0.operation.id < index })
    }
    let session = try Session(graph)
    let results = try session.run(ends, feeding: [x: [0, 1] as Tensor<Float>])
    #expect(results.map { $0.scalars[0] }.sorted() == [200, 400, 600, 800])
  }

  @Test func twoSessionsOnOneGraphKeepTheirOwnVariables() throws {
    let graph = Graph()
    let w = graph.variable([1, 2] as Tensor<Float>)
    let update = w.assignAdd(graph.constant([1, 1] as Tensor<Float>))
    let (a, b) = (try Session(graph), try Session(graph, device: ReferenceDevice()))
    try a.initializeVariables()
    try b.initializeVariables()
    for _ in 0..<3 { try a.run(update) }
    a.close()
    #expect(try b.value(of: w).scalars == [1, 2])
    #expect(graph.isSealed)
    b.close()
    #expect(!graph.isSealed)
  }
}
