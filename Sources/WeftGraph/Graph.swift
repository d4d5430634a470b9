import Synchronization

/// A computation described once and run by sessions as often as wanted.
///
/// Sources are made on the graph; every other operation takes its graph from its inputs. Building
/// never throws: an operation that does not fit carries an error, which ``validate()`` and every
/// session report with all others found. A graph may be built from several threads.
///
/// ```swift
/// let graph = Graph(seed: 1)
/// let x = graph.placeholder(Float.self, shape: [nil, 784], name: "x")
/// let w = graph.variable(.truncatedNormal([784, 10]), name: "w")
/// let y = softmax(matmul(x, w))
/// ```
public final class Graph: Sendable {
  let state: Mutex<State>
  /// The graph's seed for random operations; nil draws new numbers in each session.
  public let seed: Int?
  /// How an operation without a seed of its own gets one.
  public let seedPolicy: SeedPolicy
  /// Whether the graph is a part that an operation of another graph holds.
  public let isRegion: Bool

  struct State {
    var records: [GraphOperation.Record] = []
    var names = NameTable()
    var errors: [GraphError] = []
    var sealCount = 0
    var variables: [VariableEntry] = []
    var sharedVariables: [String: Int] = [:]
    var collections: [String: [GraphOperation.Port]] = [:]
  }

  /// An empty graph.
  ///
  /// - Parameters:
  ///   - seed: makes every random operation reproducible.
  ///   - seedPolicy: how operations get their own part of the seed.
  public convenience init(seed: Int? = nil, seedPolicy: SeedPolicy = .byName) {
    self.init(seed: seed, seedPolicy: seedPolicy, isRegion: false)
  }

  init(seed: Int?, seedPolicy: SeedPolicy, isRegion: Bool) {
    self.seed = seed
    self.seedPolicy = seedPolicy
    self.isRegion = isRegion
    state = Mutex(State())
  }

  deinit {
    // The last operation first: freeing one that frees its inputs, and so on, would go as deep as the
    // graph is long.
    state.withLock { state in
      state.variables = []
      state.collections = [:]
      while state.records.popLast() != nil {}
    }
  }

  /// The operations in the order of creation: every input comes before its users.
  public var operations: [GraphOperation] {
    state.withLock { $0.records }.map { GraphOperation(graph: self, record: $0) }
  }

  /// The number of operations.
  public var operationCount: Int { state.withLock { $0.records.count } }

  /// The operation of that name, or nil.
  public func operation(named name: String) -> GraphOperation? {
    state.withLock { state in state.names.index(of: name).map { state.records[$0] } }
      .map { GraphOperation(graph: self, record: $0) }
  }

  /// The errors found while building, in order.
  public var errors: [GraphError] { state.withLock { $0.errors } }

  /// Throws the errors found while building, if any.
  public func validate() throws(GraphError) {
    if let error = GraphError.combining(errors) { throw error }
  }

  /// Records an error that belongs to no operation, such as a variable shared by accident.
  public func report(_ error: GraphError) {
    state.withLock { $0.errors.append(error) }
  }

  /// Forbids further operations until the same number of calls of ``unseal()``: a session does so.
  public func seal() { state.withLock { $0.sealCount += 1 } }

  /// Takes one ``seal()`` back.
  public func unseal() { state.withLock { $0.sealCount = max(0, $0.sealCount - 1) } }

  /// Whether a session has sealed the graph.
  public var isSealed: Bool { state.withLock { $0.sealCount > 0 } }

  /// Takes all seals away while the body runs, and gives their number back afterwards.
  public func withoutSeals<R>(_ body: () throws -> R) rethrows -> R {
    let count = state.withLock { state in
      defer { state.sealCount = 0 }
      return state.sealCount
    }
    defer { state.withLock { $0.sealCount += count } }
    return try body()
  }
}

extension Graph: Hashable {
  public static func == (a: Graph, b: Graph) -> Bool { a === b }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
