import WeftCompiler

/// A task of a partitioned plan, ready to run: copies to the device, then a program.
final class DeviceTask: @unchecked Sendable {
  // Sendable: as ``PartitionedExecutable``.
  private let part: PartitionedPlan.Part?
  private let program: (any DeviceProgram)?
  private let arrivals: [Arrival]
  private let device: any Device
  private let feeds: UnsafeMutablePointer<UnsafeRawPointer>
  private let fetches: UnsafeMutablePointer<UnsafeMutableRawPointer>

  /// Copies from one other device.
  private struct Arrival {
    let source: any Device
    var transfers: [PartitionedPlan.Transfer] = []
    var copies: [MemoryCopy] = []
  }

  init(
    _ task: PartitionedPlan.Task, _ plan: PartitionedPlan, _ devices: [any Device],
    _ variables: [any DeviceMemory], _ slots: [any DeviceMemory], _ streams: RandomStreams
  ) throws(GraphError) {
    device = devices[task.device]
    part = task.part
    var arrivals: [Arrival] = []
    for transfer in task.transfers {
      let (home, memory) =
        switch transfer.source {
        case .variable(let index): (plan.variableDevices[index], variables[index])
        case .slot(let slot): (plan.slots[slot].device, slots[slot])
        }
      let known = arrivals.firstIndex { $0.source === devices[home] }
      if known == nil { arrivals.append(Arrival(source: devices[home])) }
      let index = known ?? arrivals.count - 1
      arrivals[index].transfers.append(transfer)
      arrivals[index].copies.append(MemoryCopy(from: memory, to: slots[transfer.slot]))
    }
    self.arrivals = arrivals
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
      try MemoryCopy.make(arrivals[index].copies, from: arrivals[index].source, to: device)
      times?.record(stepCount + index, from: began, to: StepTimes.now())
    }
    if let program {
      try program.run(
        RunArguments(
          feeds: UnsafePointer(feeds), fetches: UnsafePointer(fetches), times: times, store: store))
    }
    times?.finish()
  }

  private var stepCount: Int { part?.plan.steps.count ?? 0 }

  /// How many times a traced run notes: those of the steps, then those of the copies.
  var timedCount: Int { stepCount + arrivals.count }

  /// What a traced run shows.
  func traced(_ name: String, _ times: StepTimes) -> [TracedPart] {
    let copies = arrivals.enumerated().map { index, arrival in
      TracedPart.Copies(
        name: arrival.transfers.count == 1
          ? arrival.transfers[0].name : "\(arrival.transfers.count) values",
        source: arrival.source.name, types: arrival.transfers.map(\.type),
        position: stepCount + index)
    }
    return [TracedPart(device: name, plan: part?.plan, times: times, copies: copies)]
  }

  /// The steps that the device does not run itself.
  var elsewhere: [StepPlacement] { program.map { Array($0.elsewhere.values) } ?? [] }

  /// The copies, then the steps.
  func placement(on name: String) -> [StepPlacement] {
    let copies = arrivals.flatMap { arrival in
      arrival.transfers.map {
        StepPlacement(
          name: $0.name, typeName: StepPlacement.copy, device: name,
          reason: "from \(arrival.source.name)", copies: 1)
      }
    }
    guard let part, let program else { return copies }
    return copies + program.placement(of: part.plan, on: name)
  }
}
