import Synchronization
import WeftCompiler

/// The variables of a session: their memory, whether they have a value, and how often it was written.
final class VariableStore: Sendable {
  private struct Entry {
    let memory: any DeviceMemory
    var hasValue = false
  }

  private struct State {
    var entries: [Output: Entry] = [:]
    var versions: [Output: VariableVersion] = [:]
  }

  private let state = Mutex(State())

  /// The memory of a variable, allocated at its first use. A session asks for a variable on one device
  /// only.
  func memory(of variable: AnyVariable, on device: any Device) throws(GraphError)
    -> any DeviceMemory
  {
    try state.withLock { (state) throws(GraphError) -> any DeviceMemory in
      if let entry = state.entries[variable.reference] { return entry.memory }
      let memory = try device.allocate(byteCount: variable.type.byteCount ?? 0)
      state.entries[variable.reference] = Entry(memory: memory)
      return memory
    }
  }

  func hasValue(_ variable: AnyVariable) -> Bool {
    state.withLock { $0.entries[variable.reference]?.hasValue ?? false }
  }

  func markAsSet(_ variables: [AnyVariable]) {
    state.withLock { state in
      for variable in variables { state.entries[variable.reference]?.hasValue = true }
    }
  }

  /// By what copies of a variable find out whether they are still its content.
  func version(of variable: AnyVariable) -> VariableVersion {
    state.withLock { state in
      if let known = state.versions[variable.reference] { return known }
      let made = VariableVersion()
      state.versions[variable.reference] = made
      return made
    }
  }

  func removeAll() { state.withLock { $0 = State() } }
}

/// Counts what may have written a variable: whoever holds the session's lock alone and may write it
/// says so before letting go of the lock, also where it failed on the way.
final class VariableVersion: Sendable {
  private let count = Atomic<UInt64>(0)

  var present: UInt64 { count.load(ordering: .relaxed) }

  /// Who advances it is alone: no other thread's step can be lost.
  func advance() { count.store(present &+ 1, ordering: .relaxed) }
}
