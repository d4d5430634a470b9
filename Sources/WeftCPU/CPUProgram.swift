import WeftOps

/// A plan as a flat array of prepared steps: a run fills a table of addresses and goes through them.
final class CPUProgram: DeviceProgram {
  /// What a launch needs and no more: copying it retains one thing, the kernel.
  private struct Step: Sendable {
    let kernel: CPUKernel
    /// What runs instead of a kernel where the step holds parts.
    let holder: RegionHolder?
    let inputs: Int
    let outputs: Int
    let stream: Int
  }

  private let plan: ExecutionPlan
  private let steps: [Step]
  private let operands: OperandTable
  private let variables: [HostMemory]
  private let streams: RandomStreams
  private let pool: ThreadPool
  /// Working memory that no run uses at present. One run takes one; so a steady step allocates none.
  private let idle = IdlePool<Workspace>()
  private let feedSlots: [(slot: Int, feed: Int)]
  private let fetchSlots: [(slot: Int, fetch: Int)]
  private let copies: [(slot: Int, fetch: Int, byteCount: Int)]
  /// In a part of another program the variables lie where that one says in each run.
  private let variableSlots: [(slot: Int, variable: Int)]

  convenience init(plan: ExecutionPlan, resources: ProgramResources, pool: ThreadPool)
    throws(GraphError)
  {
    var variables: [HostMemory] = []
    for memory in resources.variables {
      guard let memory = memory as? HostMemory else {
        throw GraphError(.invalidState, "a variable does not lie in the host's memory")
      }
      variables.append(memory)
    }
    try self.init(
      plan: plan, variables: variables, streams: resources.randomStreams, pool: pool)
  }

  /// A program for a plan. The variables are nil for a part of another program.
  init(
    plan: ExecutionPlan, variables: [HostMemory]?, streams: RandomStreams, pool: ThreadPool
  ) throws(GraphError) {
    self.plan = plan
    self.pool = pool
    self.streams = streams
    self.variables = variables ?? []
    var steps: [Step] = []
    var table: [Int] = []
    for step in plan.steps {
      let (inputs, outputs) = (table.count, table.count + step.inputs.count)
      table += step.inputs + step.outputs
      var kernel: CPUKernel = { (_) throws(OpFailure) in }
      var holder: RegionHolder?
      if step.regions.isEmpty {
        do throws(OpFailure) { kernel = try planKernel(step, in: plan, threads: pool.count) } catch
        {
          throw step.error(error)
        }
      } else {
        holder = try planRegions(step, in: plan, streams: streams, pool: pool)
      }
      steps.append(
        Step(
          kernel: kernel, holder: holder, inputs: inputs, outputs: outputs,
          stream: step.randomStream ?? 0))
    }
    self.steps = steps
    operands = OperandTable(table)
    var feedSlots: [(Int, Int)] = []
    var fetchSlots: [(Int, Int)] = []
    for (slot, value) in plan.values.enumerated() {
      if case .feed(let feed) = value.storage { feedSlots.append((slot, feed)) }
      if case .fetch(let fetch) = value.storage { fetchSlots.append((slot, fetch)) }
    }
    self.feedSlots = feedSlots
    copies = plan.fetchCopies.map { ($0.value, $0.fetch, plan.values[$0.value].byteCount) }
    self.fetchSlots = fetchSlots
    var variableSlots: [(Int, Int)] = []
    if variables == nil {
      for (slot, value) in plan.values.enumerated() {
        if case .variable(let variable) = value.storage { variableSlots.append((slot, variable)) }
      }
    }
    self.variableSlots = variableSlots
  }

  private func takeWorkspace() throws(GraphError) -> Workspace {
    if let workspace = idle.take() { return workspace }
    return try Workspace(plan: plan, variables: variables)
  }

  @inline(__always)
  private func launch(
    _ index: Int, _ slots: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ store: RunStore
  ) throws(GraphError) {
    let step = steps[index]
    let arguments = KernelArguments(
      slots: UnsafePointer(slots), inputs: operands.pointer + step.inputs,
      outputs: operands.pointer + step.outputs, streams: streams, stream: step.stream,
      threads: pool.pointer, store: store)
    if let holder = step.holder {
      try holder.run(arguments)
      return
    }
    do throws(OpFailure) { try step.kernel(arguments) } catch {
      throw plan.steps[index].error(error)
    }
  }

  func run(_ arguments: RunArguments) throws(GraphError) { try run(arguments, variables: nil) }

  /// Runs the plan; as a part of another program with the addresses of its variables.
  func run(_ arguments: RunArguments, variables: UnsafePointer<UnsafeMutableRawPointer>?)
    throws(GraphError)
  {
    let workspace = try takeWorkspace()
    defer { idle.giveBack(workspace) }
    let slots = workspace.slots
    if let variables {
      for index in variableSlots.indices {
        let (slot, variable) = variableSlots[index]
        slots[slot] = variables[variable]
      }
    }
    // Loops over positions: iterators of structures allocate in debug builds.
    for index in feedSlots.indices {
      let (slot, feed) = feedSlots[index]
      slots[slot] = UnsafeMutableRawPointer(mutating: arguments.feeds[feed])
    }
    for index in fetchSlots.indices {
      let (slot, fetch) = fetchSlots[index]
      slots[slot] = arguments.fetches[fetch]
    }
    if let times = arguments.times {
      for index in steps.indices {
        let began = StepTimes.now()
        try launch(index, slots, arguments.store)
        times.record(index, from: began, to: StepTimes.now())
      }
    } else {
      for index in steps.indices { try launch(index, slots, arguments.store) }
    }
    for index in copies.indices {
      let (slot, fetch, byteCount) = copies[index]
      arguments.fetches[fetch].copyMemory(from: slots[slot], byteCount: byteCount)
    }
  }
}

/// The operands of all steps one after the other, at an address that stays.
private final class OperandTable: @unchecked Sendable {
  // Sendable: never written after init.
  let pointer: UnsafePointer<Int>
  private let buffer: UnsafeMutableBufferPointer<Int>

  init(_ values: [Int]) {
    buffer = .allocate(capacity: max(values.count, 1))
    _ = buffer.initialize(from: values)
    pointer = UnsafePointer(buffer.baseAddress!)
  }

  deinit { buffer.deallocate() }
}

/// The working memory of one run: the arena, and the addresses of all values.
private final class Workspace: @unchecked Sendable {
  // Sendable: only the run that took it from the pool touches it.
  let arena: TensorStorage
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>

  init(plan: ExecutionPlan, variables: [HostMemory]) throws(GraphError) {
    arena = try .allocated(plan.arenaByteCount, for: "the values of a run")
    slots = .allocate(capacity: max(plan.values.count, 1))
    for (index, value) in plan.values.enumerated() {
      let address: UnsafeMutableRawPointer =
        switch value.storage {
        case .arena(let offset): arena.pointer + offset
        case .variable(let index):
          index < variables.count ? variables[index].pointer : arena.pointer
        case .constant(let index): plan.constants[index].sharedStorage.pointer
        case .feed, .fetch: arena.pointer
        }
      (slots + index).initialize(to: address)
    }
  }

  deinit { slots.deallocate() }
}

/// The kernel of a step: the operation's own, or one made from its formula or reduction.
func planKernel(_ step: ExecutionPlan.Step, in plan: ExecutionPlan, threads: Int)
  throws(OpFailure) -> CPUKernel
{
  let request = KernelRequest(
    inputs: step.inputs.map { index in
      var constant: AnyTensor?
      if case .constant(let position) = plan.values[index].storage {
        constant = plan.constants[position]
      }
      return KernelRequest.Operand(value: plan.values[index], constant: constant)
    },
    outputs: step.outputs.map { plan.values[$0] })
  if let provider = step.definition as? any CPUKernelProviding {
    return try provider.planCPUKernel(request)
  }
  if let reduction = step.definition as? any ReductionDefinition {
    return try planReduction(reduction.function, request)
  }
  if let pointwise = step.definition as? any PointwiseDefinition {
    return try planPointwise(pointwise.expression, request)
  }
  throw OpFailure("there is no kernel for the CPU", code: .unsupported)
}
