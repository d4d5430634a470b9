import WeftOps

/// What is asked of a graph in one run.
public struct Question: Sendable {
  /// The outputs wanted, in order.
  public var fetches: [Output]
  /// Operations that must run.
  public var targets: [GraphOperation]
  /// What is fed, with complete shapes.
  public var feeds: [(output: Output, type: TensorType)]
  /// Operations with effects that an earlier stage of the same run has run.
  public var completed: Set<GraphOperation>

  /// A question.
  public init(
    fetches: [Output], targets: [GraphOperation], feeds: [(output: Output, type: TensorType)],
    completed: Set<GraphOperation> = []
  ) {
    self.fetches = fetches
    self.targets = targets
    self.feeds = feeds
    self.completed = completed
  }
}

/// An operation whose result's shape depends on data, or that works on a resource such as a queue: it is
/// evaluated on the host between two stages of a run, and what follows is compiled for the shape that it
/// gave.
public struct Boundary: Sendable {
  /// The operation.
  public let operation: GraphOperation
  /// Values from before it that the rest of the run needs.
  public let crossing: [Output]
  /// Operations with effects before it, which must not run again.
  public let completed: Set<GraphOperation>
}
