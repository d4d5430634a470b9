import Synchronization
import WeftCompiler

/// A question compiled for complete feed shapes, ready to run as often as wanted.
final class Executable: Sendable {
  let plan: ExecutionPlan
  private let program: any DeviceProgram
  private let store: VariableStore
  private let lock: RunLock
  private let required: [AnyVariable]
  private let written: [AnyVariable]
  /// What needs the variables, for the error when one has no value.
  private let asker: String
  /// Once all needed variables have a value they keep having one.
  private let isReady = Atomic<Bool>(false)
  private let idleResults = Mutex<[ResultSet]>([])

  init(
    compiled: Pipeline.Result, device: any Device, store: VariableStore, streams: RandomStreams,
    lock: RunLock, asker: String
  ) throws(GraphError) {
    plan = compiled.plan
    self.store = store
    self.lock = lock
    self.asker = asker
    required = compiled.required.map { compiled.variables[$0] }
    written = compiled.written.map { compiled.variables[$0] }
    var memory: [any DeviceMemory] = []
    for variable in compiled.variables { memory.append(try store.memory(of: variable)) }
    program = try device.compile(
      compiled.plan, resources: ProgramResources(variables: memory, randomStreams: streams))
  }

  /// Runs the program over fed tensors, in the order of the plan's feeds, and hands the results to
  /// the body. In a steady state nothing is allocated: the memory of results that the caller has let
  /// go is used again.
  func run<R>(
    feeds: UnsafeMutableBufferPointer<AnyTensor>,
    _ body: (UnsafeMutableBufferPointer<AnyTensor>) -> R
  ) throws(GraphError) -> R {
    let results = idleResults.withLock { $0.popLast() } ?? ResultSet(plan)
    results.makeUnshared(plan)
    var failure: GraphError?
    let count = plan.fetches.count
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: max(feeds.count, 1)) { inputs in
      for (index, feed) in feeds.enumerated() {
        (inputs.baseAddress! + index).initialize(to: UnsafeRawPointer(feed.sharedStorage.pointer))
      }
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: max(count, 1)) {
        outputs in
        for index in 0..<count {
          (outputs.baseAddress! + index).initialize(to: results.storages[index].pointer)
        }
        let arguments = RunArguments(
          feeds: UnsafePointer(inputs.baseAddress!), fetches: UnsafePointer(outputs.baseAddress!))
        do throws(GraphError) {
          try lock.whileHeld(alone: !written.isEmpty) { () throws(GraphError) in
            try checkVariables()
            try program.run(arguments)
            if !written.isEmpty && !isReady.load(ordering: .relaxed) { store.markAsSet(written) }
          }
          isReady.store(true, ordering: .relaxed)
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
    let value = withUnsafeTemporaryAllocation(of: AnyTensor.self, capacity: max(count, 1)) { tensors in
      for index in 0..<count {
        let type = plan.values[plan.fetches[index]]
        (tensors.baseAddress! + index).initialize(
          to: AnyTensor(dtype: type.dtype, shape: type.shape, storage: results.storages[index]))
      }
      defer { tensors.baseAddress!.deinitialize(count: count) }
      return body(UnsafeMutableBufferPointer(start: tensors.baseAddress!, count: count))
    }
    idleResults.withLock { $0.append(results) }
    return value
  }

  private func checkVariables() throws(GraphError) {
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
}

/// The memory of one run's results.
private final class ResultSet: @unchecked Sendable {
  // Sendable: only the run that took it from the pool touches it.
  var storages: [TensorStorage]

  init(_ plan: ExecutionPlan) {
    storages = plan.fetches.map { TensorStorage(byteCount: plan.values[$0].byteCount) }
  }

  /// Replaces what a caller of an earlier run still holds.
  func makeUnshared(_ plan: ExecutionPlan) {
    for index in storages.indices where !isKnownUniquelyReferenced(&storages[index]) {
      storages[index] = TensorStorage(byteCount: plan.values[plan.fetches[index]].byteCount)
    }
  }
}
