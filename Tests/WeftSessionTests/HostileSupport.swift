import Testing
import Weft

/// Something that a user got wrong: it must end in an error that says what, and never in a trap.
struct Mistake: Sendable, CustomTestStringConvertible {
  let name: String
  /// A part of the error's message.
  let message: String
  let build: @Sendable (Graph) -> Attempt

  init(
    _ name: String, says message: String, nodes: @escaping @Sendable (Graph) -> [any AnyNode]
  ) {
    self.init(name, says: message) { Attempt(nodes: nodes($0)) }
  }

  init(_ name: String, says message: String, _ build: @escaping @Sendable (Graph) -> Attempt) {
    self.name = name
    self.message = message
    self.build = build
  }

  var testDescription: String { name }
}

/// What is built, and what it is fed.
struct Attempt {
  var nodes: [any AnyNode]
  var targets: [GraphOperation] = []
  var feeds: Feeds = [:]
}

extension Mistake {
  /// The error of building alone.
  func buildingError() -> GraphError? {
    let graph = Graph(seed: 1)
    _ = build(graph)
    return GraphError.combining(graph.errors)
  }

  /// The error of building and running on a device.
  func runningError(on device: any Device) -> GraphError? {
    let graph = Graph(seed: 1)
    let attempt = build(graph)
    do throws(GraphError) {
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      try session.run(attempt.nodes.map(\.output), attempt.targets, feeding: attempt.feeds)
      return nil
    } catch { return error }
  }
}

/// Checks that an error is there, says what it should, and names the place.
func expectError(
  _ error: GraphError?, _ mistake: Mistake, _ place: String = "",
  at location: Testing.SourceLocation = #_sourceLocation
) {
  guard let error else {
    Issue.record("\(mistake.name)\(place): no error", sourceLocation: location)
    return
  }
  #expect(
    error.description.contains(mistake.message), "\(mistake.name)\(place)",
    sourceLocation: location)
  #expect(
    error.location != nil || error.code == .outOfMemory, "\(mistake.name)\(place) names no line",
    sourceLocation: location)
}
