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
  /// The working memory of products.
  private var productMemory: DeviceBuffer?
  private let sent: PinnedBuffer
  private let fetched: PinnedBuffer
  private var parts: [Part] = []
  private let captures: Bool
  private let waits: Bool
  private let addresses: [weft_cuda_address]
  /// Steps that were issued and not waited for yet.
  private var unchecked: [Int] = []

  private enum Part {
    case device(CommandList)
    case host(Int, HostStep)
    case check
  }

  init(_ program: CUDAProgram) throws(GraphError) {
    let context = program.context
    self.context = context
    let layout = program.layout
    waits = program.options.waitsForEach
    captures = program.options.capturesSteps && !waits
    memory = try DeviceBuffer(context, byteCount: layout.byteCount, for: "the values of a run")
    sent = try PinnedBuffer(context, byteCount: layout.sentByteCount)
    fetched = try PinnedBuffer(context, byteCount: layout.fetchedByteCount)
    let base = memory.address
    addresses = program.plan.values.enumerated().map { index, value in
      switch value.storage {
      case .variable(let index): return program.variables[index].buffer.address
      case .constant(let index):
        return program.constants.address + weft_cuda_address(program.constantOffsets[index])
      case .arena, .feed, .fetch:
        return base + weft_cuda_address(layout.valueOffsets[index] ?? 0)
      }
    }
    stream = try context.makeStream()
    try bind(program)
    if !layout.ticketRange.isEmpty {
      try context.check(
        context.libraries.driver.pointee.cuMemsetD8Async(
          base + weft_cuda_address(layout.ticketRange.lowerBound), 0, layout.ticketRange.count,
          stream), "cuMemsetD8Async")
    }
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
    var products: [BoundProduct] = []
    for segment in program.segments {
      switch segment {
      case .host(let step): parts.append(.host(step, try HostStep(step, of: program)))
      case .check: parts.append(.check)
      case .device(let issues):
        var commands: [BoundCommand] = []
        for issue in issues { commands.append(try binder.bind(issue)) }
        parts.append(.device(CommandList(commands, issues, program.plan, context)))
        for case .product(let product) in commands { products.append(product) }
      }
    }
    // As much as the chosen algorithms ask for, and not shared: other runs may go on at the same time.
    let wanted = products.map(\.workspaceByteCount).max() ?? 0
    if wanted > 0 {
      let buffer = try DeviceBuffer(
        context, byteCount: wanted, for: "the working memory of products")
      for product in products { product.workspace = buffer.address }
      productMemory = buffer
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
    unchecked = []
    for part in parts {
      switch part {
      case .device(let list):
        unchecked += list.steps
        if let times = arguments.times {
          try list.time(on: stream, times)
        } else {
          try list.issue(on: stream, captures: captures, waits: waits)
        }
      case .host(let index, let step): try compute(step, index, program, arguments)
      case .check:
        try fetch(program)
        try check(program)
      }
    }
    for copy in plan.fetchCopies {
      let target = memory.address + weft_cuda_address(layout.fetchOffsets[copy.fetch])
      let command = BoundCommand.copy(
        from: addresses[copy.value], to: target, byteCount: plan.values[copy.value].byteCount)
      try command.issue(on: stream, context)
    }
    try fetch(program)
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
  private func fetch(_ program: CUDAProgram) throws(GraphError) {
    let driver = context.libraries.driver.pointee
    let layout = program.layout
    if layout.fetchedByteCount > 0 {
      try context.check(
        driver.cuMemcpyDtoHAsync_v2(
          fetched.pointer, memory.address + weft_cuda_address(layout.fetchedOffset),
          layout.fetchedByteCount, stream), "cuMemcpyDtoHAsync")
    }
    do throws(GraphError) {
      try context.check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
    } catch { throw during(program.plan, error) }
    unchecked = []
  }

  /// An error that showed only while waiting, with what may have caused it.
  private func during(_ plan: ExecutionPlan, _ error: GraphError) -> GraphError {
    guard let first = unchecked.first else { return error }
    let names = unchecked.prefix(8).map { plan.steps[$0].label }.joined(separator: ", ")
    let more = unchecked.count > 8 ? ", and \(unchecked.count - 8) more" : ""
    let notes = [
      "found while waiting for: \(names)\(more)",
      "WEFT_CUDA_SYNC=1 waits after each step, and names the one that fails",
    ]
    if unchecked.count == 1 { return plan.steps[first].naming(error, notes: notes) }
    return GraphError(
      error.code, error.message, subject: error.subject, location: error.location,
      notes: error.notes + notes)
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

  /// Runs a step on the host, after what has been issued.
  private func compute(
    _ step: HostStep, _ index: Int, _ program: CUDAProgram, _ arguments: RunArguments
  ) throws(GraphError) {
    let began = arguments.times == nil ? 0 : StepTimes.now()
    do throws(GraphError) {
      try context.check(
        context.libraries.driver.pointee.cuStreamSynchronize(stream), "cuStreamSynchronize")
    } catch { throw during(program.plan, error) }
    unchecked = []
    try step.run(program, addresses, on: stream, arguments.store)
    arguments.times?.record(index, from: began, to: StepTimes.now())
  }
}
