import Synchronization
import WeftCompiler

/// The resources of a session that are no variables: its queues.
final class ResourceStore: Sendable {
  private struct State {
    var resources: [GraphOperation: any SessionResource] = [:]
    var isClosed = false
  }

  private let waitLimit: Duration?
  private let state = Mutex(State())

  init(waitLimit: Duration?) { self.waitLimit = waitLimit }

  /// The resource that an operation stands for, made at its first use.
  func resource(of operation: GraphOperation) throws(OpFailure) -> any SessionResource {
    guard let definition = operation.definition as? any ResourceDefinition else {
      throw OpFailure("'\(operation.name)' is no resource", code: .invalidType)
    }
    return try state.withLock { (state) throws(OpFailure) -> any SessionResource in
      if state.isClosed { throw OpFailure("the session is closed", code: .sessionClosed) }
      if let known = state.resources[operation] { return known }
      let made = definition.makeResource(name: operation.name, waitLimit: waitLimit)
      state.resources[operation] = made
      return made
    }
  }

  /// Wakes all that wait for a resource, and lets the resources go.
  func closeAll() {
    let all = state.withLock { state in
      defer { state.resources = [:] }
      state.isClosed = true
      return Array(state.resources.values)
    }
    for resource in all { resource.close() }
  }
}
