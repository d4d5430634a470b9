import Synchronization
import WeftCompiler

/// The variables of a session: their memory, and whether they have a value.
final class VariableStore: Sendable {
  private struct Entry {
    let memory: any DeviceMemory
    var hasValue = false
  }

  private let entries = Mutex<[Output: Entry]>([:])

  /// The memory of a variable, allocated at its first use. A session asks for a variable on one device
  /// only.
  func memory(of variable: AnyVariable, on device: any Device) throws(GraphError)
    -> any DeviceMemory
  {
    try entries.withLock { (entries) throws(GraphError) -> any DeviceMemory in
      if let entry = entries[variable.reference] { return entry.memory }
      let memory = try device.allocate(byteCount: variable.type.byteCount ?? 0)
      entries[variable.reference] = Entry(memory: memory)
      return memory
    }
  }

  func hasValue(_ variable: AnyVariable) -> Bool {
    entries.withLock { $0[variable.reference]?.hasValue ?? false }
  }

  func markAsSet(_ variables: [AnyVariable]) {
    entries.withLock { entries in
      for variable in variables { entries[variable.reference]?.hasValue = true }
    }
  }

  func removeAll() { entries.withLock { $0 = [:] } }
}
