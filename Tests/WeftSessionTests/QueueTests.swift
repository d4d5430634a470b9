import Foundation
import Synchronization
import Testing
import Weft

@Suite struct QueueTests {
  /// A graph with a queue of vectors and numbers.
  private struct Fed {
    let graph = Graph(seed: 5)
    let queue: TensorQueue<Float, Int32>
    let rows: Node<Float>
    let numbers: Node<Int32>
    let enqueue: GraphOperation

    init(capacity: Int? = nil) {
      queue = graph.fifoQueue(
        Float.self, Int32.self, capacity: capacity, shapes: [[2], []], name: "input")
      rows = graph.placeholder(shape: [nil, 2], name: "rows")
      numbers = graph.placeholder(shape: [nil], name: "numbers")
      enqueue = queue.enqueueMany(rows, numbers, name: "enqueue")
    }

    func feeds(_ range: Range<Int>) throws -> Feeds {
      let values = range.flatMap { [Float($0), Float($0) + 0.5] }
      return [
        rows: try Tensor(shape: [range.count, 2], scalars: values),
        numbers: Tensor(range.map { Int32($0) }),
      ]
    }
  }

  private static let impatient = SessionConfiguration(queueWaitLimit: .zero)

  @Test(arguments: devices().indices) func whatComesInFirstGoesOutFirst(_ index: Int) throws {
    let fed = Fed()
    let (x, n) = fed.queue.dequeueMany(3)
    let (one, number) = fed.queue.dequeue()
    let (sum, size) = (sum(x * 2), fed.queue.size())
    #expect(x.shape == [3, 2] && n.shape == [3] && one.shape == [2] && number.shape == [])
    let session = try Session(fed.graph, device: devices()[index])
    try session.run(fed.enqueue, feeding: try fed.feeds(0..<5))
    #expect(try values(size, session) == [5])
    let (first, numbers, total) = try session.run(x, n, sum)
    #expect(first.shape == [3, 2] && first.scalars == [0, 0.5, 1, 1.5, 2, 2.5])
    #expect(numbers.scalars == [0, 1, 2] && total.scalar == 15)
    #expect(try values(one, session) == [3, 3.5])
    #expect(try values(number, session) == [4])
    #expect(try values(size, session) == [0])
  }

  @Test func operationsOfOneRunGoInTheOrderThatTheyAreWorthMakingIn() throws {
    let fed = Fed()
    let size = fed.queue.size(name: "size")
    let (x, _) = fed.queue.dequeueMany(2)
    let session = try Session(fed.graph, configuration: Self.impatient)
    for _ in 0..<3 {
      let (count, rows, _) = try session.run(size, x, fed.enqueue, feeding: try fed.feeds(7..<9))
      #expect(count.scalar == 0 && rows.scalars == [7, 7.5, 8, 8.5])
    }
    #expect(session.cacheReport.compiled < 12)
  }

  @Test func controlDependenciesSayOtherwise() throws {
    let fed = Fed()
    let before = fed.queue.size(name: "before")
    let put = fed.graph.after([before.operation]) { fed.queue.enqueueMany(fed.rows, fed.numbers) }
    let after = fed.graph.after([put]) { fed.queue.size(name: "after") }
    let session = try Session(fed.graph, configuration: Self.impatient)
    let (a, b) = try session.run(before, after, feeding: try fed.feeds(0..<4))
    #expect(a.scalar == 0 && b.scalar == 4)
  }

  @Test(arguments: devices().indices) func variablesKeepTheirOrderAroundAQueue(_ index: Int) throws
  {
    let fed = Fed()
    let w = fed.graph.variable(Tensor<Float>([1, 10]), name: "w")
    let (x, _) = fed.queue.dequeueMany(1)
    let loss = sum(x * w)
    let step = w.assignAdd(reshape(x, [2]))
    // The size is read after the update, and what is fetched with it is still from before.
    let size = fed.graph.after([step]) { fed.queue.size() }
    let (old, twice) = (w * 1, sum(w) * 2)
    let session = try Session(fed.graph, device: devices()[index], configuration: Self.impatient)
    try session.initializeVariables()
    try session.run(fed.enqueue, feeding: try fed.feeds(1..<4))
    let (l, s, o, t) = try session.run(loss, size, old, twice)
    #expect(l.scalar == 1 + 15 && s.scalar == 2)
    #expect(o.scalars == [1, 10] && t.scalar == 22)
    #expect(try values(w.node, session) == [2, 11.5])
  }

  @Test func aClosedQueueGivesWhatItHas() throws {
    let fed = Fed()
    let close = fed.queue.close(name: "close")
    let (x, _) = fed.queue.dequeueMany(2)
    let (some, _) = fed.queue.dequeueUpTo(2)
    let isClosed = fed.queue.isClosed()
    #expect(some.shape == [nil, 2])
    let doubled = some * 2
    let session = try Session(fed.graph, configuration: Self.impatient)
    try session.run(fed.enqueue, feeding: try fed.feeds(0..<3))
    #expect(try values(isClosed, session) == [false])
    try session.run(close)
    #expect(try values(isClosed, session) == [true])
    #expect(try values(x, session) == [0, 0.5, 1, 1.5])
    let few = #expect(throws: GraphError.self) { try session.run(x) }
    #expect(few?.code == .outOfRange)
    #expect(few?.message.contains("closed and has insufficient elements (requested 2") == true)
    // A failed attempt takes nothing out.
    #expect(try values(doubled, session) == [4, 5])
    let none = #expect(throws: GraphError.self) { try session.run(some) }
    #expect(none?.code == .outOfRange)
    let late = #expect(throws: GraphError.self) {
      try session.run(fed.enqueue, feeding: try fed.feeds(0..<1))
    }
    #expect(late?.code == .cancelled)
  }

  @Test func whoWaitsForNobodyGetsAnError() throws {
    let fed = Fed(capacity: 3)
    let (one, _) = fed.queue.dequeue(name: "take")
    let session = try Session(
      fed.graph, configuration: SessionConfiguration(queueWaitLimit: .milliseconds(30)))
    let empty = #expect(throws: GraphError.self) { try session.run(one) }
    #expect(empty?.code == .timedOut && empty?.subject == "dequeue 'take'")
    #expect(empty?.message.contains("'input' has 0 elements, 1 were asked for") == true)
    let full = #expect(throws: GraphError.self) {
      try session.run(fed.enqueue, feeding: try fed.feeds(0..<5))
    }
    #expect(full?.code == .timedOut)
    #expect(full?.message.contains("full with 3 of 3 elements") == true)
  }

  @Test func elementsAreChecked() throws {
    let graph = Graph()
    let queue = graph.fifoQueue(Float.self, shapes: [[2]])
    let value: Node<Float> = graph.placeholder(shape: .unknown, name: "value")
    let put = queue.enqueue(value)
    let session = try Session(graph)
    try session.run(put, feeding: [value: [1, 2] as Tensor<Float>])
    let error = #expect(throws: GraphError.self) {
      try session.run(put, feeding: [value: [1, 2, 3] as Tensor<Float>])
    }
    #expect(error?.code == .invalidShape && error?.message.contains("[2], was given [3]") == true)
  }

  @Test func threadsWaitForEachOther() throws {
    let fed = Fed(capacity: 4)
    let (x, _) = fed.queue.dequeueMany(10)
    let total = sum(x)
    let session = try Session(fed.graph)
    let failures = Mutex<[String]>([])
    let thread = Thread {
      for start in stride(from: 0, to: 60, by: 6) {
        do { try session.run(fed.enqueue, feeding: try fed.feeds(start..<start + 6)) } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
    }
    thread.start()
    var sums: [Float] = []
    for _ in 0..<6 { sums += try values(total, session) }
    // Ten rows of n and n + 0.5.
    let wanted: [Float] = (0..<6).map { step in Float(step) * 200 + 90 + 5 }
    #expect(sums == wanted)
    #expect(failures.withLock { $0 }.isEmpty)
  }

  @Test func closingTheSessionWakesWhoWaits() throws {
    let fed = Fed()
    let (one, _) = fed.queue.dequeue()
    let session = try Session(
      fed.graph, configuration: SessionConfiguration(queueWaitLimit: nil))
    let thread = Thread {
      Thread.sleep(forTimeInterval: 0.1)
      session.close()
    }
    thread.start()
    let error = #expect(throws: GraphError.self) { try session.run(one) }
    #expect(error?.code == .sessionClosed)
  }

  @Test func raggedElementsArePadded() throws {
    let graph = Graph()
    let queue = graph.paddingFIFOQueue(Int32.self, shapes: [[nil, 2]])
    let value: Node<Int32> = graph.placeholder(shape: [nil, 2], name: "value")
    let put = queue.enqueue(value)
    let all = queue.dequeueMany(2)
    let session = try Session(graph)
    try session.run(put, feeding: [value: [[1, 2]] as Tensor<Int32>])
    try session.run(put, feeding: [value: [[3, 4], [5, 6], [7, 8]] as Tensor<Int32>])
    let result = try session.run(all)
    #expect(result.shape == [2, 3, 2])
    #expect(result.scalars == [1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 7, 8])
  }

  @Test func aShuffledQueueKeepsSomeAndLosesNone() throws {
    let graph = Graph()
    let queue = graph.randomShuffleQueue(Int32.self, minimum: 4, shapes: [[]], seed: 3)
    let numbers = graph.constant(Tensor<Int32>((0..<20).map { $0 }))
    let put = queue.enqueueMany(numbers)
    let (many, one, close) = (queue.dequeueMany(16), queue.dequeue(), queue.close())
    let session = try Session(graph, configuration: Self.impatient)
    try session.run(put)
    let mixed = try values(many, session)
    let kept = #expect(throws: GraphError.self) { try session.run(one) }
    #expect(kept?.code == .timedOut)
    try session.run(close)
    let rest = try (0..<4).flatMap { _ in try values(one, session) }
    #expect(mixed != mixed.sorted() && (mixed + rest).sorted() == Array(0..<20))
  }
}

private func values<S>(_ node: Node<S>, _ session: Session) throws -> [S] {
  let value = try session.run(node)
  return value.scalars
}
