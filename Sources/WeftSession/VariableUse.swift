import Synchronization
import WeftCompiler

/// The variables that a question reads and writes, and whether they have values.
final class VariableUse: Sendable {
  let required: [AnyVariable]
  let written: [AnyVariable]
  private let store: VariableStore
  private let versions: [VariableVersion]
  /// What needs the variables, for the error when one has no value.
  private let asker: String
  /// Once all needed variables have a value they keep having one.
  private let isReady = Atomic<Bool>(false)

  init(required: [AnyVariable], written: [AnyVariable], store: VariableStore, asker: String) {
    self.required = required
    self.written = written
    self.store = store
    self.asker = asker
    versions = written.map(store.version(of:))
  }

  /// Throws if a variable that is read has no value.
  func check() throws(GraphError) {
    if isReady.load(ordering: .relaxed) { return }
    let missing = required.filter { !store.hasValue($0) }
    guard !missing.isEmpty else { return }
    let names = missing.map { variable in
      "'\(variable.name)'" + (variable.location.map { " (\($0))" } ?? "")
    }
    let verb = missing.count == 1 ? "has" : "have"
    throw GraphError(
      .uninitializedVariable,
      "\(missing.count) of \(required.count) variables that '\(asker)' needs \(verb) no value: "
        + names.joined(separator: ", "),
      notes: ["call session.initializeVariables() or restore a checkpoint first"])
  }

  /// The run may have written what it writes, whether it went well or not. Copies that it made of the
  /// variables are of what was there before.
  func noteEnd() {
    for index in versions.indices { versions[index].advance() }
  }

  /// The run has written what it writes.
  func noteWrites() {
    if !written.isEmpty && !isReady.load(ordering: .relaxed) { store.markAsSet(written) }
  }

  /// The run went well: no later one has to look.
  func noteSuccess() { isReady.store(true, ordering: .relaxed) }
}
