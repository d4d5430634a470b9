import WeftCompiler

/// A task of a partitioned plan, ready to run: copies to the device, sums with other devices, then a
/// program.
final class DeviceTask: @unchecked Sendable {
  // Sendable: as ``PartitionedExecutable``.
  private let part: PartitionedPlan.Part?
  private let program: (any DeviceProgram)?
  private var arrivals: [TaskArrival]
  private let sums: TaskSums?
  private let device: any Device
  private let feeds: UnsafeMutablePointer<UnsafeRawPointer>
  private let fetches: UnsafeMutablePointer<UnsafeMutableRawPointer>

  init(
    _ task: PartitionedPlan.Task, _ plan: PartitionedPlan, _ devices: [any Device],
    _ variables: [any DeviceMemory], _ slots: [any DeviceMemory], _ store: VariableStore,
    _ streams: RandomStreams
  ) throws(GraphError) {
    device = devices[task.device]
    part = task.part
    var arrivals: [TaskArrival] = []
    for transfer in task.transfers {
      var version: VariableVersion?
      let (home, memory): (Int, any DeviceMemory)
      switch transfer.source {
      case .variable(let index):
        (home, memory) = (plan.variableDevices[index], variables[index])
        version = store.version(of: plan.variables[index])
      case .slot(let slot): (home, memory) = (plan.slots[slot].device, slots[slot])
      }
      let known = arrivals.firstIndex { $0.source === devices[home] }
      if known == nil { arrivals.append(TaskArrival(source: devices[home])) }
      arrivals[known ?? arrivals.count - 1].add(
        transfer, MemoryCopy(from: memory, to: slots[transfer.slot]), version)
    }
    self.arrivals = arrivals
    sums =
      task.sums.isEmpty ? nil : try TaskSums(task.sums, plan, devices, slots)
    program = try task.part.map { (part) throws(GraphError) in
      try devices[task.device].compile(
        part.plan,
        resources: ProgramResources(
          variables: part.variables.map { variables[$0] } + part.slots.map { slots[$0] },
          randomStreams: streams))
    }
    feeds = .allocate(capacity: max(part?.feeds.count ?? 0, 1))
    fetches = .allocate(capacity: max(part?.fetches.count ?? 0, 1))
  }

  deinit {
    feeds.deallocate()
    fetches.deallocate()
  }

  /// Takes the addresses of a run's feeds and results.
  func bind(_ buffer: StepBuffer) {
    guard let part else { return }
    for index in part.feeds.indices { feeds[index] = buffer.feedAddresses[part.feeds[index]] }
    for index in part.fetches.indices {
      fetches[index] = buffer.resultAddresses[part.fetches[index]]
    }
  }

  func run(_ times: StepTimes?, _ store: RunStore) throws(GraphError) {
    for index in arrivals.indices {
      let began = times == nil ? 0 : StepTimes.now()
      if try arrivals[index].copy(to: device) {
        times?.record(stepCount + index, from: began, to: StepTimes.now())
      }
    }
    if let sums {
      let began = times == nil ? 0 : StepTimes.now()
      try sums.add()
      times?.record(stepCount + arrivals.count, from: began, to: StepTimes.now())
    }
    if let program {
      try program.run(
        RunArguments(
          feeds: UnsafePointer(feeds), fetches: UnsafePointer(fetches), times: times, store: store))
    }
    times?.finish()
  }

  private var stepCount: Int { part?.plan.steps.count ?? 0 }

  /// How many times a traced run notes: those of the steps, those of the copies, that of the sums.
  var timedCount: Int { stepCount + arrivals.count + (sums == nil ? 0 : 1) }

  /// What a traced run shows.
  func traced(_ name: String, _ times: StepTimes) -> [TracedPart] {
    var shown = arrivals.enumerated().map { index, arrival in
      arrival.traced(to: name, position: stepCount + index)
    }
    if let sums { shown.append(sums.traced(position: stepCount + arrivals.count)) }
    return [TracedPart(device: name, plan: part?.plan, times: times, arrivals: shown)]
  }

  /// The steps that the device does not run itself.
  var elsewhere: [StepPlacement] { program.map { Array($0.elsewhere.values) } ?? [] }

  /// The copies, the sums, then the steps.
  func placement(on name: String) -> [StepPlacement] {
    let before = arrivals.flatMap { $0.placement(on: name) } + (sums?.placement(on: name) ?? [])
    guard let part, let program else { return before }
    return before + program.placement(of: part.plan, on: name)
  }
}
