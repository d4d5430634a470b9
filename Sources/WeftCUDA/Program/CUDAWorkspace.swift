import CWeftCUDA
import Glibc
import WeftDevice

/// What one run at a time needs: a stream, memory, and the commands bound to their addresses. From its
/// second run on a segment is replayed as one graph.
final class CUDAWorkspace: @unchecked Sendable {
  // Sendable: only the run that took it from the pool touches it.
  private let context: CUDAContext
  private let stream: weft_cuda_stream
  private let memory: DeviceBuffer
  private let sent: PinnedBuffer
  private let fetched: PinnedBuffer
  private var parts: [Part] = []
  private let captures: Bool
  private let addresses: [weft_cuda_address]

  private enum Part {
    case device(CommandList)
    case host(Int)
    case check
  }

  init(_ program: CUDAProgram) throws(GraphError) {
    let context = program.context
    self.context = context
    let layout = program.layout
    captures = program.options.capturesSteps
    memory = try DeviceBuffer(context, byteCount: layout.byteCount, for: "the values of a run")
    sent = try PinnedBuffer(context, byteCount: layout.sentByteCount)
    fetched = try PinnedBuffer(context, byteCount: layout.fetchedByteCount)
    let base = memory.address
    addresses = program.plan.values.map { value in
      let offset: Int
      switch value.storage {
      case .arena(let place): offset = layout.arenaOffset + place
      case .variable(let index): return program.variables[index].buffer.address
      case .feed(let feed): offset = layout.feedOffsets[feed]
      case .fetch(let fetch): offset = layout.fetchOffsets[fetch]
      case .constant(let index):
        return program.constants.address + weft_cuda_address(program.constantOffsets[index])
      }
      return base + weft_cuda_address(offset)
    }
    var stream: weft_cuda_stream?
    try context.check(
      context.libraries.driver.pointee.cuStreamCreate(
        &stream, UInt32(WEFT_CUDA_STREAM_NON_BLOCKING)), "cuStreamCreate")
    guard let stream else { throw context.libraries.failure(0, "cuStreamCreate") }
    self.stream = stream
    try bind(program)
  }

  deinit {
    guard (try? context.activate()) != nil else { return }
    // Nothing may be given back that the stream still uses.
    _ = context.libraries.driver.pointee.cuStreamSynchronize(stream)
    parts = []
    _ = context.libraries.driver.pointee.cuStreamDestroy_v2(stream)
  }

  private func bind(_ program: CUDAProgram) throws(GraphError) {
    let binder = CommandBinder(program: program, base: memory.address, addresses: addresses)
    for segment in program.segments {
      switch segment {
      case .host(let step): parts.append(.host(step))
      case .check: parts.append(.check)
      case .device(let steps):
        var commands: [BoundCommand] = []
        for step in steps { commands += try binder.bind(step) }
        parts.append(.device(CommandList(commands, context, ranges: binder.ranges(steps))))
      }
    }
  }

  func run(_ program: CUDAProgram, _ arguments: RunArguments) throws(GraphError) {
    let (plan, layout) = (program.plan, program.layout)
    let driver = context.libraries.driver.pointee
    for (index, feed) in plan.feeds.enumerated() {
      (sent.pointer + layout.feedOffsets[index]).copyMemory(
        from: arguments.feeds[index], byteCount: plan.values[feed].byteCount)
    }
    drawPositions(program)
    if layout.sentByteCount > 0 {
      try context.check(
        driver.cuMemcpyHtoDAsync_v2(memory.address, sent.pointer, layout.sentByteCount, stream),
        "cuMemcpyHtoDAsync")
    }
    if !layout.statusRange.isEmpty {
      let start = memory.address + weft_cuda_address(layout.statusRange.lowerBound)
      try context.check(
        driver.cuMemsetD8Async(start, 0xFF, layout.statusRange.count, stream), "cuMemsetD8Async")
    }
    for part in parts {
      switch part {
      case .device(let list):
        if let times = arguments.times {
          try list.time(on: stream, times)
        } else {
          try list.issue(on: stream, captures: captures)
        }
      case .host(let step): try evaluate(step, program, arguments)
      case .check:
        try fetch(layout)
        try check(program)
      }
    }
    for copy in plan.fetchCopies {
      let target = memory.address + weft_cuda_address(layout.fetchOffsets[copy.fetch])
      let command = BoundCommand.copy(
        from: addresses[copy.value], to: target, byteCount: plan.values[copy.value].byteCount)
      try command.issue(on: stream, context)
    }
    try fetch(layout)
    try check(program)
    for (index, fetch) in plan.fetches.enumerated() {
      let offset = layout.fetchOffsets[index] - layout.fetchedOffset
      arguments.fetches[index].copyMemory(
        from: fetched.pointer + offset, byteCount: plan.values[fetch].byteCount)
    }
  }

  /// Takes the run's random blocks, and notes where they begin for the GPU.
  private func drawPositions(_ program: CUDAProgram) {
    for (index, offset) in program.layout.randomOffsets.enumerated() {
      guard let offset, case .kernel(let kernel) = program.steps[index],
        let blocks = kernel.randomBlocks
      else { continue }
      let position = program.streams.reserve(
        program.plan.steps[index].randomStream ?? 0, blocks: blocks)
      let words = (sent.pointer + offset).assumingMemoryBound(to: UInt64.self)
      words[0] = position.key
      words[1] = UInt64(truncatingIfNeeded: position.counter)
      words[2] = UInt64(truncatingIfNeeded: position.counter >> 64)
    }
  }

  /// Copies results and status words to the host, and waits for all that was begun.
  private func fetch(_ layout: WorkspaceLayout) throws(GraphError) {
    let driver = context.libraries.driver.pointee
    if layout.fetchedByteCount > 0 {
      try context.check(
        driver.cuMemcpyDtoHAsync_v2(
          fetched.pointer, memory.address + weft_cuda_address(layout.fetchedOffset),
          layout.fetchedByteCount, stream), "cuMemcpyDtoHAsync")
    }
    try context.check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
  }

  /// Throws the error of the first step that failed.
  private func check(_ program: CUDAProgram) throws(GraphError) {
    let layout = program.layout
    if layout.statusRange.isEmpty { return }
    for (index, offset) in layout.statusOffsets.enumerated() {
      guard let offset, case .kernel(let kernel) = program.steps[index],
        let failure = kernel.failure
      else { continue }
      let word = (fetched.pointer + (offset - layout.fetchedOffset)).load(as: UInt64.self)
      if word == .max { continue }
      throw program.plan.steps[index].error(
        failure(Int(word >> 56), Int(word & 0xFF_FFFF_FFFF_FFFF)))
    }
  }

  /// Runs a step on the host: its operands come here, its results go back.
  private func evaluate(
    _ index: Int, _ program: CUDAProgram, _ arguments: RunArguments
  ) throws(GraphError) {
    let (plan, step, times) = (program.plan, program.plan.steps[index], arguments.times)
    let began = times == nil ? 0 : StepTimes.now()
    let driver = context.libraries.driver.pointee
    try context.check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
    var inputs: [AnyTensor] = []
    for input in step.inputs {
      let value = plan.values[input]
      let storage = try TensorStorage.allocated(value.byteCount, for: "an operand on the host")
      if value.byteCount > 0 {
        try context.check(
          driver.cuMemcpyDtoHAsync_v2(
            storage.pointer, addresses[input], value.byteCount, stream), "cuMemcpyDtoHAsync")
      }
      inputs.append(AnyTensor(dtype: value.dtype, shape: value.shape, storage: storage))
    }
    try context.check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
    let results = try plan.evaluate(
      step, of: inputs, streams: program.streams, store: arguments.store)
    for (target, result) in results where result.byteCount > 0 {
      try context.check(
        driver.cuMemcpyHtoDAsync_v2(
          addresses[target], result.sharedStorage.pointer, result.byteCount, stream),
        "cuMemcpyHtoDAsync")
    }
    try context.check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
    times?.record(index, from: began, to: StepTimes.now())
  }
}
