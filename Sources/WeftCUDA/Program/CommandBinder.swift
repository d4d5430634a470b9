import CWeftCUDA
import WeftDevice

/// Gives the commands of steps their addresses.
struct CommandBinder {
  let program: CUDAProgram
  let base: weft_cuda_address
  /// Of the plan's values.
  let addresses: [weft_cuda_address]

  /// The commands of a step of the GPU.
  func bind(_ index: Int) throws(GraphError) -> [BoundCommand] {
    guard case .kernel(let kernel) = program.steps[index] else { return [] }
    let step = program.plan.steps[index]
    func address(_ place: CUDAKernel.Place) -> weft_cuda_address {
      switch place {
      case .input(let input): addresses[step.inputs[input]]
      case .output(let output): addresses[step.outputs[output]]
      case .scratch(let offset):
        base + weft_cuda_address(program.layout.scratchOffset + offset)
      }
    }
    var result: [BoundCommand] = []
    for command in kernel.commands {
      do throws(GraphError) {
        switch command {
        case .launch(let launch):
          let function = try program.library.function(
            launch.kernel, of: launch.unit, sharedByteCount: launch.sharedByteCount)
          let words = launch.arguments.map { self.words($0, index, address) }
          result.append(.launch(BoundLaunch(launch, function, words: words)))
        case .copy(let source, let target, let byteCount):
          result.append(
            .copy(from: address(source), to: address(target), byteCount: byteCount))
        case .fill(let place, let byte, let byteCount):
          result.append(.fill(address(place), byte: byte, byteCount: byteCount))
        case .product(let product):
          let workspace = base + weft_cuda_address(program.layout.productOffset)
          result.append(
            .product(
              try BoundProduct(
                product, program.context, program.options.mathMode, workspace: workspace,
                address: address)))
        }
      } catch {
        throw step.error(OpFailure(error.message, code: error.code))
      }
    }
    return result
  }

  /// How many commands each of some steps has: for the times of a trace.
  func ranges(_ steps: Range<Int>) -> [(step: Int, commands: Range<Int>)] {
    var start = 0
    return steps.map { index in
      var count = 0
      if case .kernel(let kernel) = program.steps[index] { count = kernel.commands.count }
      defer { start += count }
      return (index, start..<start + count)
    }
  }

  private func words(
    _ argument: CUDAKernel.Argument, _ index: Int,
    _ address: (CUDAKernel.Place) -> weft_cuda_address
  ) -> [UInt64] {
    let layout = program.layout
    func place(_ offset: Int?) -> [UInt64] { [base + weft_cuda_address(offset ?? 0)] }
    return switch argument {
    case .input(let input): [address(.input(input))]
    case .output(let output): [address(.output(output))]
    case .scratch(let offset): [address(.scratch(offset))]
    case .random: place(layout.randomOffsets[index])
    case .status: place(layout.statusOffsets[index])
    case .int32(let value): [UInt64(UInt32(bitPattern: Int32(clamping: value)))]
    case .int64(let value): [UInt64(bitPattern: Int64(value))]
    case .float(let value): [UInt64(value.bitPattern)]
    case .double(let value): [value.bitPattern]
    case .structure(let values): values.map { UInt64(bitPattern: Int64($0)) }
    }
  }
}
