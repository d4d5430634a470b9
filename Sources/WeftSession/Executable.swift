import Synchronization
import WeftCompiler

/// A question compiled for complete feed shapes, ready to run as often as wanted.
final class Executable: Sendable {
  let plan: ExecutionPlan
  private let program: any DeviceProgram
  private let deviceName: String
  private let store: VariableStore
  private let lock: RunLock
  private let required: [AnyVariable]
  private let written: [AnyVariable]
  /// What needs the variables, for the error when one has no value.
  private let asker: String
  /// Once all needed variables have a value they keep having one.
  private let isReady = Atomic<Bool>(false)
  private let idleResults = IdlePool<ResultSet>()
  private let fetchTypes: [(dtype: DType, shape: [Int])]
  /// Whether runs read or write variables: only then do runs have to wait for each other.
  private let usesVariables: Bool
  /// Lists of runs, kept for their memory.
  private let idleStores = IdlePool<RunStore>()

  init(
    compiled: Pipeline.Result, device: any Device, store: VariableStore, streams: RandomStreams,
    lock: RunLock, asker: String
  ) throws(GraphError) {
    plan = compiled.plan
    self.store = store
    self.lock = lock
    self.asker = asker
    deviceName = device.name
    required = compiled.required.map { compiled.variables[$0] }
    written = compiled.written.map { compiled.variables[$0] }
    fetchTypes = plan.fetches.map { [plan] in (plan.values[$0].dtype, plan.values[$0].shape) }
    usesVariables = !compiled.variables.isEmpty
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
    try results.makeUnshared()
    buffer.prepare(results: fetchTypes.count)
    for index in 0..<buffer.feedCount {
      buffer.feedAddresses[index] = UnsafeRawPointer(buffer.feeds[index].sharedStorage.pointer)
    }
    for index in 0..<fetchTypes.count {
      buffer.resultAddresses[index] = results.storages[index].pointer
    }
    let times = buffer.trace == nil ? nil : StepTimes(steps: plan.steps.count)
    let lists = buffer.store ?? idleStores.take() ?? RunStore()
    defer {
      if buffer.store == nil {
        lists.reset()
        idleStores.giveBack(lists)
      }
    }
    let arguments = RunArguments(
      feeds: UnsafePointer(buffer.feedAddresses), fetches: UnsafePointer(buffer.resultAddresses),
      times: times, store: lists)
    if usesVariables {
      try lock.whileHeld(alone: !written.isEmpty) { () throws(GraphError) in
        try checkVariables()
        try program.run(arguments)
        if !written.isEmpty && !isReady.load(ordering: .relaxed) { store.markAsSet(written) }
      }
      isReady.store(true, ordering: .relaxed)
    } else {
      try program.run(arguments)
    }
    if let times { buffer.trace?.add(plan, times) }
    for index in 0..<fetchTypes.count {
      let type = fetchTypes[index]
      buffer.addResult(
        AnyTensor(dtype: type.dtype, shape: type.shape, storage: results.storages[index]))
    }
    idleResults.giveBack(results)
  }

  /// The steps that the session's device does not run itself.
  var elsewhere: [StepPlacement] { Array(program.elsewhere.values) }

  /// Where each step runs.
  var placement: [StepPlacement] {
    let elsewhere = program.elsewhere
    return plan.steps.enumerated().map { index, step in
      elsewhere[index]
        ?? StepPlacement(
          name: step.name, typeName: step.definition.typeName, device: deviceName,
          reason: "has a kernel")
    }
  }

  private func takeResults() throws(GraphError) -> ResultSet {
    if let results = idleResults.take() { return results }
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
  private(set) var storages: [TensorStorage]
  private let byteCounts: [Int]

  init(_ plan: ExecutionPlan) throws(GraphError) {
    byteCounts = plan.fetches.map { plan.values[$0].byteCount }
    var storages: [TensorStorage] = []
    for byteCount in byteCounts { storages.append(try .allocated(byteCount, for: "a result")) }
    self.storages = storages
  }

  /// Replaces what a caller of an earlier run still holds.
  func makeUnshared() throws(GraphError) {
    for index in storages.indices where !isKnownUniquelyReferenced(&storages[index]) {
      storages[index] = try .allocated(byteCounts[index], for: "a result")
    }
  }
}
