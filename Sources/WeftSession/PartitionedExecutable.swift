import WeftCompiler

/// A question compiled for several devices: each works through its tasks on a thread of its own, and
/// waits where it needs what another makes.
///
/// One run at a time: slots are there once.
final class PartitionedExecutable: LaneWork, @unchecked Sendable {
  // Sendable: what changes is written by the run that holds the session's lock alone, and within it by
  // the thread whose task it belongs to.
  let plan: PartitionedPlan
  private let tasks: [DeviceTask]
  /// The tasks of each device in order. The first lane is that of the thread that asked for the run.
  private let lanes: [[Int]]
  private let threads: [DeviceThread]
  private let lock: RunLock
  private let use: VariableUse
  private let board: TaskBoard
  private let results = IdlePool<ResultSet>()
  private let lists = RunStore(isShared: true)
  /// What the run under way uses.
  private var times: [StepTimes] = []
  private var store: RunStore

  init(
    _ plan: PartitionedPlan, devices: [any Device], store: VariableStore, streams: RandomStreams,
    lock: RunLock, asker: String, thread: (Int) throws(GraphError) -> DeviceThread
  ) throws(GraphError) {
    self.plan = plan
    self.lock = lock
    self.store = lists
    use = VariableUse(
      required: plan.required.map { plan.variables[$0] },
      written: plan.written.map { plan.variables[$0] }, store: store, asker: asker)
    board = TaskBoard(tasks: plan.tasks.count)
    var variables: [any DeviceMemory] = []
    for (variable, device) in zip(plan.variables, plan.variableDevices) {
      variables.append(try store.memory(of: variable, on: devices[device]))
    }
    var slots: [any DeviceMemory] = []
    for (index, slot) in plan.slots.enumerated() {
      slots.append(try Self.memory(of: slot, plan.partner(of: index), devices))
    }
    var tasks: [DeviceTask] = []
    for task in plan.tasks {
      tasks.append(try DeviceTask(task, plan, devices, variables, slots, store, streams))
    }
    self.tasks = tasks
    let used = Set(plan.tasks.map(\.device)).sorted()
    lanes = used.map { device in plan.tasks.indices.filter { plan.tasks[$0].device == device } }
    var threads: [DeviceThread] = []
    for device in used.dropFirst() { threads.append(try thread(device)) }
    self.threads = threads
  }

  /// Memory of a slot. On the host it is such that the device at the other end of the slot's copies reads
  /// and writes it by itself.
  private static func memory(
    of slot: PartitionedPlan.Slot, _ partner: Int?, _ devices: [any Device]
  ) throws(GraphError) -> any DeviceMemory {
    let memory = try devices[slot.device].allocate(byteCount: slot.byteCount)
    guard memory is HostMemory, let partner else { return memory }
    return try devices[partner].allocateOnHost(byteCount: slot.byteCount) ?? memory
  }

  /// Runs all tasks over the fed tensors of a buffer, and puts the results into it.
  ///
  /// Throws ``GraphError``: the first error in the order of the plan, when all devices have stopped.
  func run(_ buffer: StepBuffer) throws(GraphError) {
    let types = plan.fetchTypes
    let results: ResultSet
    if let waiting = self.results.take() {
      results = waiting
    } else {
      results = try ResultSet(
        byteCounts: types.map { $0.shape.reduce(1, *) * $0.dtype.byteCount })
    }
    try results.makeUnshared()
    buffer.prepare(results: types.count)
    for index in 0..<buffer.feedCount {
      buffer.feedAddresses[index] = UnsafeRawPointer(buffer.feeds[index].sharedStorage.pointer)
    }
    for index in types.indices { buffer.resultAddresses[index] = results.storages[index].pointer }
    try lock.whileHeld(alone: true) { () throws(GraphError) in
      try use.check()
      defer { use.noteEnd() }
      try runTasks(buffer)
      use.noteWrites()
    }
    use.noteSuccess()
    for index in types.indices {
      let type = types[index]
      buffer.addResult(
        AnyTensor(dtype: type.dtype, shape: type.shape, storage: results.storages[index]))
    }
    self.results.giveBack(results)
  }

  private func runTasks(_ buffer: StepBuffer) throws(GraphError) {
    for task in tasks { task.bind(buffer) }
    if buffer.trace != nil { times = tasks.map { StepTimes(steps: $0.timedCount) } }
    store = buffer.store ?? lists
    defer {
      times = []
      store = lists
      lists.reset()
    }
    board.clear()
    for index in threads.indices { threads[index].start(self, lane: index + 1) }
    runLane(0)
    for index in threads.indices { threads[index].wait() }
    if let error = board.error { throw error }
    if let trace = buffer.trace {
      trace.add(
        tasks.indices.flatMap { index in
          tasks[index].traced(plan.devices[plan.tasks[index].device], times[index])
        })
    }
  }

  override func runLane(_ lane: Int) {
    for task in lanes[lane] {
      guard board.wait(for: plan.tasks[task].predecessors) else { return }
      do throws(GraphError) {
        try tasks[task].run(times.isEmpty ? nil : times[task], store)
      } catch {
        board.fail(task, error)
        return
      }
      board.finish(task)
    }
  }

  /// The steps that their devices do not run themselves.
  var elsewhere: [DeviceSteps] {
    zip(plan.tasks, tasks).map { task, work in
      DeviceSteps(device: plan.devices[task.device], steps: work.elsewhere)
    }
  }

  /// Where each step runs, and the copies between them.
  var placement: [StepPlacement] {
    zip(plan.tasks, tasks).flatMap { task, work in work.placement(on: plan.devices[task.device]) }
  }
}
