import CWeftCUDA
import WeftDevice

/// A step that the host computes for a GPU: by the program that the host's device makes of it, which has
/// kernels, or where that has none by the operation's own `evaluate`.
///
/// One run at a time uses it: it keeps pinned memory for what comes and goes, and the host's copies of
/// variables that the step updates.
final class HostStep {
  private let index: Int
  private let single: ExecutionPlan.Single
  private let program: (any DeviceProgram)?
  private let variables: [any DeviceMemory]
  private let context: CUDAContext
  private let memory: PinnedBuffer
  private let feeds: Addresses
  private let fetches: Addresses
  private let updated: Addresses

  /// Addresses of values in the pinned memory.
  private final class Addresses {
    let values: [Int]
    let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>

    init(
      _ values: [Int], _ plan: ExecutionPlan, from start: UnsafeMutableRawPointer, _ at: inout Int
    ) {
      self.values = values
      pointers = .allocate(capacity: max(values.count, 1))
      for (position, value) in values.enumerated() {
        (pointers + position).initialize(to: start + at)
        at += WorkspaceLayout.rounded(plan.values[value].byteCount)
      }
    }

    deinit { pointers.deallocate() }
  }

  init(_ index: Int, of program: CUDAProgram) throws(GraphError) {
    let plan = program.plan
    self.index = index
    context = program.context
    single = plan.single(index)
    var variables: [any DeviceMemory] = []
    var made: (any DeviceProgram)?
    if let host = program.host {
      for value in single.variables {
        variables.append(try host.allocate(byteCount: plan.values[value].byteCount))
      }
      do throws(GraphError) {
        made = try host.compile(
          single.plan,
          resources: ProgramResources(variables: variables, randomStreams: program.streams))
      } catch {
        guard error.code == .unsupported else { throw error }
      }
    }
    self.variables = variables
    self.program = made
    let all = single.feeds + single.fetches + single.variables
    let byteCount = all.reduce(0) { $0 + WorkspaceLayout.rounded(plan.values[$1].byteCount) }
    memory = try PinnedBuffer(context, byteCount: byteCount)
    var at = 0
    feeds = Addresses(single.feeds, plan, from: memory.pointer, &at)
    fetches = Addresses(single.fetches, plan, from: memory.pointer, &at)
    updated = Addresses(single.variables, plan, from: memory.pointer, &at)
  }

  /// Brings the operands here, computes, and begins to bring the results back. What was issued before has
  /// been waited for.
  func run(
    _ whole: CUDAProgram, _ addresses: [weft_cuda_address], on stream: weft_cuda_stream,
    _ store: RunStore
  ) throws(GraphError) {
    let driver = context.libraries.driver.pointee
    for operands in [feeds, updated] {
      for (position, value) in operands.values.enumerated() where byteCount(value, whole) > 0 {
        try context.check(
          driver.cuMemcpyDtoHAsync_v2(
            operands.pointers[position], addresses[value], byteCount(value, whole), stream),
          "cuMemcpyDtoHAsync")
      }
    }
    try context.check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
    if let program {
      try compute(program, store)
    } else {
      try evaluate(whole, store)
    }
    for results in [fetches, updated] {
      for (position, value) in results.values.enumerated() where byteCount(value, whole) > 0 {
        try context.check(
          driver.cuMemcpyHtoDAsync_v2(
            addresses[value], results.pointers[position], byteCount(value, whole), stream),
          "cuMemcpyHtoDAsync")
      }
    }
  }

  private func byteCount(_ value: Int, _ whole: CUDAProgram) -> Int {
    whole.plan.values[value].byteCount
  }

  private func compute(_ program: any DeviceProgram, _ store: RunStore) throws(GraphError) {
    for (position, variable) in variables.enumerated() {
      try variable.upload(from: updated.pointers[position])
    }
    let count = max(feeds.values.count, 1)
    let failure = feeds.pointers.withMemoryRebound(to: UnsafeRawPointer.self, capacity: count) {
      feeds -> GraphError? in
      do throws(GraphError) {
        try program.run(
          RunArguments(
            feeds: UnsafePointer(feeds), fetches: UnsafePointer(fetches.pointers), store: store))
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
    for (position, variable) in variables.enumerated() {
      try variable.download(to: updated.pointers[position])
    }
  }

  private func evaluate(_ whole: CUDAProgram, _ store: RunStore) throws(GraphError) {
    let plan = whole.plan
    let step = plan.steps[index]
    var inputs: [AnyTensor] = []
    for value in step.inputs {
      let type = plan.values[value]
      if case .constant(let position) = type.storage {
        inputs.append(plan.constants[position])
        continue
      }
      let storage = try TensorStorage.allocated(type.byteCount, for: "an operand on the host")
      if let place = place(value, plan) {
        storage.pointer.copyMemory(from: place, byteCount: type.byteCount)
      }
      inputs.append(AnyTensor(dtype: type.dtype, shape: type.shape, storage: storage))
    }
    let results = try plan.evaluate(step, of: inputs, streams: whole.streams, store: store)
    for (target, result) in results where result.byteCount > 0 {
      place(target, plan)?.copyMemory(
        from: result.sharedStorage.pointer, byteCount: result.byteCount)
    }
  }

  /// Where a value of the whole plan lies here.
  private func place(_ value: Int, _ plan: ExecutionPlan) -> UnsafeMutableRawPointer? {
    let storage = plan.values[value].storage
    if let position = updated.values.firstIndex(where: { plan.values[$0].storage == storage }) {
      return updated.pointers[position]
    }
    for places in [feeds, fetches] {
      if let position = places.values.firstIndex(of: value) { return places.pointers[position] }
    }
    return nil
  }
}
