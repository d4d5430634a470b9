import Synchronization
import WeftCompiler

/// Runs a graph: keeps the variables, compiles each question asked of it once, and answers it.
///
/// Runs from several threads are safe: those that only read variables go at once, one that updates
/// them goes alone. A session seals its graph until it is closed or let go.
///
/// ```swift
/// let session = try Session(graph)
/// try session.initializeVariables()
/// let (_, l) = try session.run(train, loss, feeding: [x: images, labels: oneHot])
/// ```
public final class Session: Sendable {
  /// The graph.
  public let graph: Graph
  /// How the session compiles and runs.
  public let configuration: SessionConfiguration
  /// Where operations run that ask for no device.
  let device: any Device
  /// The devices that operations may ask for, ``device`` first.
  let devices: [any Device]
  let store: VariableStore
  /// The streams of the graph's random operations.
  public let randomStreams = RandomStreams()
  let updateLock = RunLock()
  let resources: ResourceStore
  private let state: Mutex<State>

  private struct State {
    var cache = ExecutableCache()
    /// For runs over several devices, by the device.
    var threads: [Int: DeviceThread] = [:]
  }
  private let isClosed = Atomic<Bool>(false)

  /// A session on a device, and on others where operations ask for them.
  ///
  /// ```swift
  /// let session = try Session(graph, device: cpu, others: [gpu0, gpu1])
  /// ```
  /// - Parameters:
  ///   - device: where operations run that ask for no device, or softly for one that is not there.
  ///   - others: further devices that operations and variables may ask for. One run may use several:
  ///     they work at the same time, and values are copied where they are needed.
  ///
  /// Throws the graph's building errors, all of them at once, and names of passes to switch off that
  /// are no passes.
  public init(
    _ graph: Graph, device: any Device, others: [any Device] = [],
    configuration: SessionConfiguration = SessionConfiguration()
  ) throws(GraphError) {
    try graph.validate()
    self.graph = graph
    self.device = device
    devices = [device] + others.filter { $0 !== device }
    var configuration = configuration
    configuration.pipeline = try configuration.pipeline.without(configuration.disabledPasses)
    self.configuration = configuration
    store = VariableStore()
    resources = ResourceStore(waitLimit: configuration.queueWaitLimit)
    state = Mutex(State(cache: ExecutableCache(limit: configuration.cacheLimit)))
    graph.seal()
  }

  deinit { close() }

  /// Ends the session: lets variables, queues and programs go, and unseals the graph. Later runs throw,
  /// and so do runs that wait for a queue.
  public func close() {
    let wasClosed = isClosed.exchange(true, ordering: .acquiringAndReleasing)
    // Before anything that waits for a run to end: a run may wait for a queue.
    resources.closeAll()
    state.withLock { state in
      state.cache.removeAll()
      state.threads = [:]
    }
    if !wasClosed {
      graph.unseal()
      store.removeAll()
    }
  }

  /// Runs what is asked for and gives the results: a tensor for a node, nothing for an operation.
  ///
  /// ```swift
  /// let (_, l, p) = try session.run(train, loss, prediction, feeding: [x: images])
  /// ```
  /// - Parameter trace: notes when each step of the run began and ended.
  ///
  /// Throws ``GraphError`` for missing or wrong feeds, variables without a value, and what goes wrong
  /// in the run; the variables then keep their values.
  @discardableResult
  public func run<each F: Fetchable>(
    _ fetches: repeat each F, feeding feeds: Feeds = [:], trace: RunTrace? = nil
  ) throws(GraphError) -> (repeat (each F).Fetched) {
    var list = FetchList()
    repeat (each fetches).collect(into: &list)
    let values = try feeds.checked(for: graph)
    let answer = try answer(to: list, feeds: values.map { ($0.output, $0.value.type) })
    let buffer = StepBuffer(feedCapacity: values.count)
    for value in values { _ = buffer.addFeed(value.value) }
    buffer.trace = trace
    try answer.run(buffer)
    var results = FetchResults(buffer)
    return (repeat (each fetches).extract(from: &results))
  }

  /// Allows new operations in the body: those a session did not know of when it sealed the graph.
  public func extend<R>(_ body: () throws -> R) throws -> R {
    let result = try graph.withoutSeals(body)
    try graph.validate()
    return result
  }

  /// Throws if the session was closed.
  func checkOpen() throws(GraphError) {
    if isClosed.load(ordering: .acquiring) {
      throw GraphError(.sessionClosed, "the session is closed", notes: ["make a new one"])
    }
  }

  /// What answers a question: from the cache, or compiled now.
  func answer(to list: FetchList, feeds: [(output: Output, type: TensorType)])
    throws(GraphError) -> Answer
  {
    try graph.validate()
    let key = ExecutableCache.Key(
      fetches: list.outputs, targets: list.targets, completed: list.completed,
      feeds: feeds.map { FeedKey($0.output, $0.type) })
    return try state.withLock { (state) throws(GraphError) -> Answer in
      try checkOpen()
      if let known = state.cache.find(key) { return known }
      let made = try compile(list, feeds, &state)
      state.cache.insert(made, for: key)
      return made
    }
  }

  /// What is to be compiled. Throws if it asks for nodes of another graph, or a missing device.
  func question(_ list: FetchList, _ feeds: [(output: Output, type: TensorType)])
    throws(GraphError) -> Question
  {
    for operation in list.targets + list.outputs.map(\.operation) where operation.graph != graph {
      // Made from an empty list of nodes, it has a graph of its own with the error.
      if operation.isPoisoned { try operation.graph.validate() }
      throw GraphError(.foreignNode, "'\(operation.name)' belongs to another graph")
    }
    let question = Question(
      fetches: list.outputs, targets: list.targets, feeds: feeds, completed: list.completed)
    try checkDevices(question)
    return question
  }

  var variablesByReference: [Output: AnyVariable] {
    var variables: [Output: AnyVariable] = [:]
    for variable in graph.variables { variables[variable.reference] = variable }
    return variables
  }

  private func compile(
    _ list: FetchList, _ feeds: [(output: Output, type: TensorType)], _ state: inout State
  ) throws(GraphError) -> Answer {
    let question = try question(list, feeds)
    let asker = list.outputs.first?.name ?? list.targets.first?.name ?? "the run"
    let dump = configuration.dump?.started(for: asker)
    var pipeline = configuration.pipeline
    dump?.observe(&pipeline)
    let streams = randomStreams
    let outcome = try pipeline.compile(
      question, variables: variablesByReference, devices: deviceChoice
    ) {
      streams.index(of: $0, seed: $1, seed2: $2)
    }
    switch outcome {
    case .boundary(let boundary):
      return .stages(
        Stages(boundary: boundary, list: list, feeds: feeds.map(\.output), session: self))
    case .compiled(let compiled, let position):
      dump?.write(compiled.plan)
      let executable = try Executable(
        compiled: compiled, device: devices[position], store: store, streams: randomStreams,
        lock: updateLock, asker: asker)
      try checkPlacement(executable.elsewhere)
      return .executable(executable)
    case .partitioned(let plan):
      dump?.write(plan)
      let executable = try PartitionedExecutable(
        plan, devices: devices, store: store, streams: randomStreams, lock: updateLock, asker: asker
      ) { (device) throws(GraphError) in
        if let known = state.threads[device] { return known }
        let made = try DeviceThread()
        state.threads[device] = made
        return made
      }
      try checkPlacement(executable.elsewhere)
      return .partitioned(executable)
    }
  }

  /// The plan for a question: what runs, in which order, and where every value lies; nil where the
  /// question is answered in stages, because a shape depends on data, or by several devices, which
  /// ``partition(of:targets:feeding:)`` shows.
  public func plan(of fetches: [Output], targets: [GraphOperation] = [], feeding feeds: Feeds = [:])
    throws(GraphError) -> ExecutionPlan?
  {
    var list = FetchList()
    list.outputs = fetches
    list.targets = targets
    let values = try feeds.checked(for: graph)
    return try answer(to: list, feeds: values.map { ($0.output, $0.value.type) }).plan
  }

  /// The plans for a question that several devices answer, and the copies between them; nil where one
  /// device answers it.
  public func partition(
    of fetches: [Output], targets: [GraphOperation] = [], feeding feeds: Feeds = [:]
  ) throws(GraphError) -> PartitionedPlan? {
    var list = FetchList()
    list.outputs = fetches
    list.targets = targets
    let values = try feeds.checked(for: graph)
    let answer = try answer(to: list, feeds: values.map { ($0.output, $0.value.type) })
    if case .partitioned(let executable) = answer { return executable.plan }
    return nil
  }

  /// How many questions are compiled, and how many were so far.
  public var cacheReport: CacheReport { state.withLock { $0.cache.report } }
}

extension AnyTensor {
  var type: TensorType { TensorType(dtype, TensorShape(shape)) }
}
