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

  /// Runs the program over the fed tensors of a buffer, in the order of the plan's feeds, and puts the
  /// results into it. In a steady state nothing is allocated: the memory of results that the caller
  /// has let go is used again.
  func run(_ buffer: StepBuffer) throws(GraphError) {
    let results = try takeResults()
    try results.makeUnshared(plan)
    buffer.prepare(results: plan.fetches.count)
    for index in 0..<buffer.feedCount {
      buffer.feedAddresses[index] = UnsafeRawPointer(buffer.feeds[index].sharedStorage.pointer)
    }
    for index in 0..<plan.fetches.count {
      buffer.resultAddresses[index] = results.storages[index].pointer
    }
    let times = buffer.trace == nil ? nil : StepTimes(steps: plan.steps.count)
    let arguments = RunArguments(
      feeds: UnsafePointer(buffer.feedAddresses), fetches: UnsafePointer(buffer.resultAddresses),
      times: times)
    try lock.whileHeld(alone: !written.isEmpty) { () throws(GraphError) in
      try checkVariables()
      try program.run(arguments)
      if !written.isEmpty && !isReady.load(ordering: .relaxed) { store.markAsSet(written) }
    }
    isReady.store(true, ordering: .relaxed)
    if let times { buffer.trace?.add(plan, times) }
    for index in 0..<plan.fetches.count {
      let type = plan.values[plan.fetches[index]]
      buffer.addResult(
        AnyTensor(dtype: type.dtype, shape: type.shape, storage: results.storages[index]))
    }
    idleResults.withLock { $0.append(results) }
  }

  private func takeResults() throws(GraphError) -> ResultSet {
    if let results = idleResults.withLock({ $0.popLast() }) { return results }
    return try ResultSet(plan)
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

  init(_ plan: ExecutionPlan) throws(GraphError) {
    var storages: [TensorStorage] = []
    for fetch in plan.fetches { storages.append(try Self.memory(plan, fetch)) }
    self.storages = storages
  }

  private static func memory(_ plan: ExecutionPlan, _ fetch: Int) throws(GraphError)
    -> TensorStorage
  {
    try .allocated(plan.values[fetch].byteCount, for: "a result")
  }

  /// Replaces what a caller of an earlier run still holds.
  func makeUnshared(_ plan: ExecutionPlan) throws(GraphError) {
    for index in storages.indices where !isKnownUniquelyReferenced(&storages[index]) {
      storages[index] = try Self.memory(plan, plan.fetches[index])
    }
  }
}
