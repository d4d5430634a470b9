import WeftOps

/// A run prepared once and made many times: fetches and fed nodes are fixed, values come each time.
///
/// Nothing is looked up or allocated in a steady step with tensors of the same shapes.
///
/// ```swift
/// let step = try session.prepare(train, loss, feeding: x, labels)
/// for batch in batches { let (_, l) = try step.run(batch.images, batch.labels) }
/// ```
public struct PreparedStep<each F: Fetchable & Sendable>: Sendable {
  let core: StepCore
  let fetches: (repeat each F)

  /// Runs once with a value for each fed node, in their order.
  ///
  /// - Parameter trace: notes when each step of the run began and ended.
  ///
  /// Throws ``GraphError`` as ``Session/run(_:feeding:trace:)`` does.
  @discardableResult
  public func run<each V: FeedValue>(
    _ values: repeat each V, trace: RunTrace? = nil
  ) throws(GraphError) -> (repeat (each F).Fetched) {
    let buffer = core.takeBuffer()
    buffer.trace = trace
    defer { core.giveBack(buffer) }
    repeat try core.add(each values, to: buffer)
    try core.run(buffer)
    var results = FetchResults(buffer)
    return (repeat (each fetches).extract(from: &results))
  }
}

/// What a prepared step keeps, whatever the types of its fetches.
final class StepCore: Sendable {
  private let session: Session
  private let nodes: [any Feedable]
  private let outputs: [Output]
  private let list: FetchList
  private let feedTypes: [DType]
  private let idle = IdlePool<StepBuffer>()

  init(session: Session, nodes: [any Feedable], list: FetchList) {
    self.session = session
    self.nodes = nodes
    outputs = nodes.map { $0.output }
    self.list = list
    feedTypes = nodes.map { $0.feedType }
  }

  func takeBuffer() -> StepBuffer {
    idle.take() ?? StepBuffer(feedCapacity: outputs.count)
  }

  func giveBack(_ buffer: StepBuffer) {
    buffer.clear()
    idle.giveBack(buffer)
  }

  func add(_ value: some FeedValue, to buffer: StepBuffer) throws(GraphError) {
    let index = buffer.feedCount
    guard index < outputs.count else {
      throw GraphError(.invalidFeed, "the step takes \(outputs.count) values, was given more")
    }
    guard let tensor = value.tensor(as: feedTypes[index]), buffer.addFeed(tensor) else {
      throw GraphError(
        .invalidFeed, "takes \(feedTypes[index]), was given \(value.typeDescription)",
        subject: "feed '\(outputs[index].name)'",
        location: outputs[index].operation.origin.location)
    }
  }

  func run(_ buffer: StepBuffer) throws(GraphError) {
    guard buffer.feedCount == outputs.count else {
      throw GraphError(
        .missingFeed, "the step takes \(outputs.count) values, was given \(buffer.feedCount)")
    }
    try session.checkOpen()
    try answer(for: buffer).run(buffer)
  }

  private func answer(for buffer: StepBuffer) throws(GraphError) -> Answer {
    if let known = buffer.latestAnswer { return known }
    var feeds = Feeds()
    for (index, node) in nodes.enumerated() { feeds.feed(node, buffer.feeds[index]) }
    let checked = try feeds.checked(for: session.graph)
    let made = try session.answer(to: list, feeds: checked.map { ($0.output, $0.value.type) })
    buffer.remember(made)
    return made
  }
}

extension Session {
  /// Prepares a run: checks the fetches and fixes the order of the fed nodes.
  ///
  /// ```swift
  /// let step = try session.prepare(train, loss, feeding: x, labels)
  /// ```
  public func prepare<each F: Fetchable & Sendable>(
    _ fetches: repeat each F, feeding nodes: any Feedable...
  ) throws(GraphError) -> PreparedStep<repeat each F> {
    try graph.validate()
    var list = FetchList()
    repeat (each fetches).collect(into: &list)
    for operation in list.targets + list.outputs.map(\.operation) + nodes.map(\.output.operation)
    where operation.graph != graph {
      if operation.isPoisoned { try operation.graph.validate() }
      throw GraphError(.foreignNode, "'\(operation.name)' belongs to another graph")
    }
    return PreparedStep(
      core: StepCore(session: self, nodes: nodes, list: list), fetches: (repeat each fetches))
  }
}
