import WeftCompiler

/// A question compiled for complete feed shapes, ready to run as often as wanted.
final class Executable: Sendable {
  let plan: ExecutionPlan
  private let program: any DeviceProgram
  private let deviceName: String
  private let lock: RunLock
  private let use: VariableUse
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
    self.lock = lock
    deviceName = device.name
    use = VariableUse(
      required: compiled.required.map { compiled.variables[$0] },
      written: compiled.written.map { compiled.variables[$0] }, store: store, asker: asker)
    fetchTypes = plan.fetches.map { [plan] in (plan.values[$0].dtype, plan.values[$0].shape) }
    usesVariables = !compiled.variables.isEmpty
    var memory: [any DeviceMemory] = []
    for variable in compiled.variables { memory.append(try store.memory(of: variable, on: device)) }
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
      try lock.whileHeld(alone: !use.written.isEmpty) { () throws(GraphError) in
        try use.check()
        defer { use.noteEnd() }
        try program.run(arguments)
        use.noteWrites()
      }
      use.noteSuccess()
    } else {
      try program.run(arguments)
    }
    if let times { buffer.trace?.add([TracedPart(device: deviceName, plan: plan, times: times)]) }
    for index in 0..<fetchTypes.count {
      let type = fetchTypes[index]
      buffer.addResult(
        AnyTensor(dtype: type.dtype, shape: type.shape, storage: results.storages[index]))
    }
    idleResults.giveBack(results)
  }

  /// The steps that the device does not run itself.
  var elsewhere: [DeviceSteps] {
    [DeviceSteps(device: deviceName, steps: Array(program.elsewhere.values))]
  }

  /// Where each step runs.
  var placement: [StepPlacement] { program.placement(of: plan, on: deviceName) }

  private func takeResults() throws(GraphError) -> ResultSet {
    if let results = idleResults.take() { return results }
    return try ResultSet(byteCounts: plan.fetches.map { plan.values[$0].byteCount })
  }
}
