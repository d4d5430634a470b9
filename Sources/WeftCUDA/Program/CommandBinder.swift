import CWeftCUDA
import WeftDevice

/// Gives the commands of steps their addresses.
struct CommandBinder {
  let program: CUDAProgram
  let base: weft_cuda_address
  /// Of the plan's values.
  let addresses: [weft_cuda_address]

  /// A command with its addresses. An error names the step.
  func bind(_ issue: Issue) throws(GraphError) -> BoundCommand {
    do throws(GraphError) {
      switch issue.work {
      case .command(let command): return try bind(command, issue.steps[0])
      case .joined(let launch): return try bind(launch)
      }
    } catch { throw program.plan.steps[issue.steps[0]].naming(error) }
  }

  private func address(_ place: CUDAKernel.Place, _ index: Int) -> weft_cuda_address {
    let step = program.plan.steps[index]
    return switch place {
    case .input(let input): addresses[step.inputs[input]]
    case .output(let output): addresses[step.outputs[output]]
    case .scratch(let offset):
      base + weft_cuda_address(program.layout.scratchOffsets[index] + offset)
    }
  }

  private func bind(_ command: CUDAKernel.Command, _ index: Int) throws(GraphError)
    -> BoundCommand
  {
    switch command {
    case .launch(let launch):
      let function = try program.library.function(
        launch.kernel, of: launch.unit, sharedByteCount: launch.sharedByteCount)
      return .launch(
        BoundLaunch(
          launch.kernel, function, grid: launch.grid, block: launch.block,
          sharedByteCount: launch.sharedByteCount,
          words: launch.arguments.map { words($0, index) }))
    case .copy(let source, let target, let byteCount):
      return .copy(
        from: address(source, index), to: address(target, index), byteCount: byteCount)
    case .fill(let place, let byte, let byteCount):
      return .fill(address(place, index), byte: byte, byteCount: byteCount)
    case .product(let product):
      let mask = product.mask.flatMap { program.layout.maskOffsets[$0.step] }
      return .product(
        try BoundProduct(
          product, program.context, program.options.mathMode,
          mask: mask.map { base + weft_cuda_address($0) },
          biasGradient: product.biasGradient.map { addresses[$0] },
          address: { address($0, index) }))
    }
  }

  private func bind(_ launch: JoinedLaunch) throws(GraphError) -> BoundCommand {
    let function = try program.library.function("joined", of: launch.unit.unit, sharedByteCount: 0)
    let table = launch.table { words($1, $0.step) }
    return .launch(
      BoundLaunch(
        "joined", function, grid: [launch.grid, 1, 1], block: [256, 1, 1],
        words: [table, [UInt64(launch.parts.count)]]))
  }

  private func words(_ argument: CUDAKernel.Argument, _ index: Int) -> [UInt64] {
    let layout = program.layout
    func place(_ offset: Int?) -> [UInt64] { [base + weft_cuda_address(offset ?? 0)] }
    return switch argument {
    case .input(let input): [address(.input(input), index)]
    case .output(let output): [address(.output(output), index)]
    case .scratch(let offset): [address(.scratch(offset), index)]
    case .value(let value): [addresses[value]]
    case .random: place(layout.randomOffsets[index])
    case .status: place(layout.statusOffsets[index])
    case .tickets(let ticket): place(layout.ticketOffsets[index] + 4 * ticket)
    case .int32(let value): [UInt64(UInt32(bitPattern: Int32(clamping: value)))]
    case .int64(let value): [UInt64(bitPattern: Int64(value))]
    case .float(let value): [UInt64(value.bitPattern)]
    case .double(let value): [value.bitPattern]
    case .structure(let values): values.map { UInt64(bitPattern: Int64($0)) }
    }
  }
}

extension ExecutionPlan.Step {
  /// An error with the step as its subject, unless it has one.
  func naming(_ failure: GraphError, notes: [String] = []) -> GraphError {
    if failure.subject != nil { return failure }
    let own = error(OpFailure(failure.message, code: failure.code))
    return GraphError(
      own.code, own.message, subject: own.subject, location: own.location,
      notes: failure.notes + notes)
  }
}
