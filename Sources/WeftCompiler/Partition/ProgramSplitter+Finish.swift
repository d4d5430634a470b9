import WeftOps

extension ProgramSplitter {
  /// The parts compiled, with their slots and copies.
  func finish(
    _ devices: DeviceChoice,
    _ compile: (Program, String) throws(GraphError) -> Pipeline.Result
  ) throws(GraphError) -> PartitionedPlan {
    // Of one device and level the part comes first, then what the device computes with others.
    let order = builders.indices.sorted {
      let (a, b) = (builders[$0], builders[$1])
      return (a.level, a.device, a.members.count, $0) < (b.level, b.device, b.members.count, $1)
    }
    var table = SlotTable(program)
    let sums = builders.map { table.sums(of: $0, means: levels.joint) }
    // The copies of variables from before the run come first: who writes one of them waits for them.
    let arrivals = table.arrivals(order.map { builders[$0] })
    var tasks = arrivals.map {
      PartitionedPlan.Task(device: $0.device, predecessors: [], transfers: $0.transfers, part: nil)
    }
    var taskOf = [Int](repeating: 0, count: builders.count)
    for (position, part) in order.enumerated() { taskOf[part] = arrivals.count + position }
    var required: Set<Int> = []
    var written: Set<Int> = []
    for arrival in arrivals { required.formUnion(arrival.variables) }
    var fetchTypes = program.fetches.map { (program.values[$0].dtype, program.values[$0].shape) }
    for part in order {
      let builder = builders[part]
      var before = Set(builder.predecessors.map { taskOf[$0] })
      for (index, arrival) in arrivals.enumerated()
      where arrival.device != builder.device && !arrival.variables.isDisjoint(with: builder.written)
      {
        before.insert(index)
      }
      guard builder.members.isEmpty else {
        tasks.append(
          PartitionedPlan.Task(
            device: builder.device, predecessors: before.sorted(), transfers: [], part: nil,
            sums: sums[part]))
        continue
      }
      let name = devices.names[builder.device]
      let result = try compile(builder.finished, "level \(builder.level) on \(name)")
      for variable in result.required.map({ builder.variables[$0] })
      where !written.contains(variable) {
        required.insert(variable)
      }
      written.formUnion(result.written.map { builder.variables[$0] })
      tasks.append(
        PartitionedPlan.Task(
          device: builder.device, predecessors: before.sorted(),
          transfers: table.transfers(to: builder), part: table.bind(result, of: builder)))
      for (index, fetch) in builder.fetches.enumerated() {
        let value = result.plan.values[result.plan.fetches[index]]
        fetchTypes[fetch.position] = (value.dtype, value.shape)
      }
    }
    return PartitionedPlan(
      devices: devices.names, tasks: tasks, slots: table.slots, variables: program.variables,
      variableDevices: program.variableDevices, required: required.sorted(),
      written: written.sorted(), fetchTypes: fetchTypes, notes: levels.joint.notes)
  }
}

extension PartBuilder {
  /// The program with what it gives: the question's results first, then what goes to other parts.
  fileprivate var finished: Program {
    var program = program
    program.targets = targets.sorted()
    program.fetches = fetches.map(\.value) + exports.map(\.value)
    return program
  }
}

/// The slots of a partitioned plan while it is made.
private struct SlotTable {
  let program: Program
  private(set) var slots: [PartitionedPlan.Slot] = []
  private var numbers: [CargoPlace: Int] = [:]
  private var arrived: Set<CargoPlace> = []

  struct Arrival {
    let device: Int
    var transfers: [PartitionedPlan.Transfer] = []
    var variables: Set<Int> = []
  }

  init(_ program: Program) { self.program = program }

  private func type(of cargo: Cargo) -> TensorType {
    switch cargo {
    case .value(let value): program.values[value].type
    case .version(let variable, _): program.variables[variable].type
    }
  }

  private func name(of cargo: Cargo) -> String {
    switch cargo {
    case .version(let variable, _): return program.variables[variable].name
    case .value(let value):
      guard case .instruction(let maker) = program.values[value].source else { return "" }
      return program.instructions[maker].name
    }
  }

  private func home(of cargo: Cargo) -> Int {
    switch cargo {
    case .version(let variable, _): return program.variableDevices[variable]
    case .value(let value):
      guard case .instruction(let maker) = program.values[value].source else { return 0 }
      return program.instructions[maker].device
    }
  }

  private mutating func number(_ place: CargoPlace) -> Int {
    if let known = numbers[place] { return known }
    numbers[place] = slots.count
    slots.append(
      PartitionedPlan.Slot(device: place.device, byteCount: type(of: place.cargo).byteCount ?? 0))
    return slots.count - 1
  }

  /// The sums of devices together. What they write needs no copy.
  mutating func sums(of builder: PartBuilder, means joint: JointSums) -> [PartitionedPlan.Sum] {
    builder.sums.map { sum in
      let wanted = sum.results[0]
      // Written on one of the devices, or on each of them.
      let results =
        sum.results.count == 1
        ? [wanted] : builder.members.map { CargoPlace(cargo: wanted.cargo, device: $0) }
      arrived.formUnion(results)
      return PartitionedPlan.Sum(
        parts: sum.parts.map { number($0) }, results: results.map { number($0) },
        name: program.instructions[sum.instruction].name,
        means: joint.sums[sum.instruction]?.means ?? "",
        location: program.instructions[sum.instruction].origin.location,
        type: type(of: wanted.cargo))
    }
  }

  /// The copies of variables to each device that come before everything else.
  mutating func arrivals(_ builders: [PartBuilder]) -> [Arrival] {
    var arrivals: [Arrival] = []
    for builder in builders {
      for case .cargo(let place) in builder.feeds {
        guard case .version(let variable, writes: 0) = place.cargo,
          arrived.insert(place).inserted
        else { continue }
        let known = arrivals.firstIndex { $0.device == place.device }
        if known == nil { arrivals.append(Arrival(device: place.device)) }
        let index = known ?? arrivals.count - 1
        arrivals[index].variables.insert(variable)
        arrivals[index].transfers.append(
          PartitionedPlan.Transfer(
            source: .variable(variable), slot: number(place), name: name(of: place.cargo),
            type: type(of: place.cargo)))
      }
    }
    return arrivals.sorted { $0.device < $1.device }
  }

  /// The copies that must be made before a part, of what no earlier part of its device had.
  mutating func transfers(to builder: PartBuilder) -> [PartitionedPlan.Transfer] {
    var transfers: [PartitionedPlan.Transfer] = []
    for case .cargo(let place) in builder.feeds {
      let home = home(of: place.cargo)
      guard home != place.device, arrived.insert(place).inserted else { continue }
      transfers.append(
        PartitionedPlan.Transfer(
          source: .slot(number(CargoPlace(cargo: place.cargo, device: home))), slot: number(place),
          name: name(of: place.cargo), type: type(of: place.cargo)))
    }
    return transfers
  }

  /// A part whose values from and for other parts lie in slots.
  mutating func bind(_ result: Pipeline.Result, of builder: PartBuilder) -> PartitionedPlan.Part {
    let plan = result.plan
    var used: [Int] = []
    var positions: [Int: Int] = [:]
    func storage(_ slot: Int) -> ExecutionPlan.Storage {
      let position = positions[slot] ?? used.count
      if position == used.count {
        used.append(slot)
        positions[slot] = position
      }
      return .variable(result.variables.count + position)
    }
    var feeds: [ExecutionPlan.Storage] = []
    var questionFeeds: [Int] = []
    for feed in builder.feeds {
      switch feed {
      case .question(let position):
        feeds.append(.feed(questionFeeds.count))
        questionFeeds.append(position)
      case .cargo(let place): feeds.append(storage(number(place)))
      }
    }
    let count = builder.fetches.count
    let exports = builder.exports.map { storage(number($0.place)) }
    var values = plan.values.map { value in
      switch value.storage {
      case .feed(let feed):
        ExecutionPlan.Value(dtype: value.dtype, shape: value.shape, storage: feeds[feed])
      case .fetch(let fetch) where fetch >= count:
        ExecutionPlan.Value(
          dtype: value.dtype, shape: value.shape, storage: exports[fetch - count])
      default: value
      }
    }
    var steps = plan.steps
    // What lies where it cannot stay is copied into its slot by a step.
    for copy in plan.fetchCopies where copy.fetch >= count {
      let value = values[copy.value]
      values.append(
        ExecutionPlan.Value(
          dtype: value.dtype, shape: value.shape, storage: exports[copy.fetch - count]))
      steps.append(
        ExecutionPlan.Step(
          definition: Snapshot(), name: name(of: builder.exports[copy.fetch - count].place.cargo),
          origin: .rewrite(pass: "partition", of: []), inputs: [copy.value],
          outputs: [values.count - 1], randomStream: nil))
    }
    let bound = ExecutionPlan(
      values: values, steps: steps,
      feeds: zip(plan.feeds, builder.feeds).compactMap { value, feed in
        if case .question = feed { value } else { nil }
      },
      fetches: Array(plan.fetches.prefix(count)),
      fetchCopies: plan.fetchCopies.filter { $0.fetch < count }, constants: plan.constants,
      arenaByteCount: plan.arenaByteCount)
    return PartitionedPlan.Part(
      plan: bound, variables: builder.variables, slots: used, feeds: questionFeeds,
      fetches: builder.fetches.map(\.position))
  }
}
