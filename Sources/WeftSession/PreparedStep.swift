import Synchronization
import WeftOps

/// A run prepared once and made many times: fetches and fed nodes are fixed, values come each time.
///
/// Nothing is looked up or allocated in a steady step with tensors of the same shapes.
///
/// ```swift
/// let step = try session.prepare(train, loss, feeding: x, labels)
/// for batch in batches { let (_, l) = try step.run(batch.images, batch.labels) }
/// ```
public final class PreparedStep<each F: Fetchable & Sendable>: Sendable {
  private let session: Session
  private let fetches: (repeat each F)
  private let nodes: [any Feedable]
  private let outputs: [Output]
  private let list: FetchList
  private let latest: Mutex<Latest?>

  private struct Latest {
    let shapes: [[Int]]
    let executable: Executable
  }

  init(session: Session, fetches: (repeat each F), nodes: [any Feedable], list: FetchList) {
    self.session = session
    self.fetches = fetches
    self.nodes = nodes
    outputs = nodes.map(\.output)
    self.list = list
    latest = Mutex(nil)
  }

  /// Runs once with a value for each fed node, in their order.
  ///
  /// Throws ``GraphError`` as ``Session/run(_:feeding:)`` does.
  @discardableResult
  public func run<each V: FeedValue>(_ values: repeat each V) throws(GraphError)
    -> (repeat (each F).Fetched)
  {
    var failure: GraphError?
    let result = withUnsafeTemporaryAllocation(of: AnyTensor.self, capacity: max(outputs.count, 1)) {
      buffer -> (repeat (each F).Fetched)? in
      var count = 0
      defer { buffer.baseAddress!.deinitialize(count: min(count, outputs.count)) }
      func add(_ value: some FeedValue) {
        if count < outputs.count, let tensor = value.tensor(as: nodes[count].feedType) {
          (buffer.baseAddress! + count).initialize(to: tensor)
          count += 1
        } else if failure == nil {
          failure = wrongValue(count, value.typeDescription)
        }
      }
      repeat add(each values)
      guard failure == nil else { return nil }
      do throws(GraphError) {
        guard count == outputs.count else {
          throw GraphError(
            .missingFeed, "the step takes \(outputs.count) values, was given \(count)")
        }
        let tensors = UnsafeMutableBufferPointer(start: buffer.baseAddress!, count: count)
        return try executable(for: tensors).run(feeds: tensors) { results in
          var reader = FetchResults(results)
          return (repeat (each fetches).extract(from: &reader))
        }
      } catch {
        failure = error
        return nil
      }
    }
    guard let result else {
      throw failure ?? GraphError(.invalidState, "the step gave no result")
    }
    return result
  }

  private func wrongValue(_ index: Int, _ given: String) -> GraphError {
    guard index < outputs.count else {
      return GraphError(.invalidFeed, "the step takes \(outputs.count) values, was given more")
    }
    return GraphError(
      .invalidFeed, "takes \(nodes[index].feedType), was given \(given)",
      subject: "feed '\(outputs[index].name)'",
      location: outputs[index].operation.origin.location)
  }

  private func executable(for tensors: UnsafeMutableBufferPointer<AnyTensor>) throws(GraphError)
    -> Executable
  {
    let known = latest.withLock { latest -> Executable? in
      guard let latest, zip(latest.shapes, tensors).allSatisfy({ $0 == $1.shape }) else { return nil }
      return latest.executable
    }
    if let known { return known }
    var feeds = Feeds()
    for (node, tensor) in zip(nodes, tensors) { feeds.feed(node, tensor) }
    let checked = try feeds.checked(for: session.graph)
    let made = try session.executable(for: list, feeds: checked.map { ($0.output, $0.value.type) })
    latest.withLock { $0 = Latest(shapes: tensors.map(\.shape), executable: made) }
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
      throw GraphError(.foreignNode, "'\(operation.name)' belongs to another graph")
    }
    return PreparedStep(
      session: self, fetches: (repeat each fetches), nodes: nodes, list: list)
  }
}
