import CWeftKernels
import Glibc
import WeftOps

/// A fill of the output from the operation's random stream: 256 blocks are set aside for every
/// element, as TensorFlow does.
private func planFill(
  _ request: KernelRequest,
  _ fill:
    @escaping @Sendable (
      Int32, UInt64, UInt64, UInt64, UnsafeMutableRawPointer, Int, OpaquePointer?
    ) -> Int32
) -> CPUKernel {
  let output = request.outputs[0]
  let (count, dtype) = (output.count, Int32(output.dtype.rawValue))
  return { (arguments) throws(OpFailure) in
    let position = arguments.reserveRandomBlocks(UInt64(count) &* 256)
    let status = fill(
      dtype, position.key, position.low, position.high, arguments.output(0), count, arguments.pool)
    if status != 0 { throw OpFailure("not defined for \(output.dtype)", code: .unsupported) }
  }
}

extension RandomPosition {
  var low: UInt64 { UInt64(truncatingIfNeeded: counter) }
  var high: UInt64 { UInt64(truncatingIfNeeded: counter >> 64) }
}

extension RandomUniform: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planFill(request) { weft_random_uniform($0, $1, $2, $3, $4, $5, $6) }
  }
}

extension RandomStandardNormal: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planFill(request) { weft_random_normal($0, $1, $2, $3, $4, $5, $6) }
  }
}

extension TruncatedNormal: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planFill(request) { weft_random_truncated_normal($0, $1, $2, $3, $4, $5, $6) }
  }
}

extension RandomUniformInt: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let output = request.outputs[0]
    let (count, dtype) = (output.count, Int32(output.dtype.rawValue))
    let isWide = output.dtype == .int64
    return { (arguments) throws(OpFailure) in
      func bound(_ index: Int) -> Int64 {
        isWide
          ? arguments.input(index, as: Int64.self)[0]
          : Int64(arguments.input(index, as: Int32.self)[0])
      }
      let (low, high) = (bound(1), bound(2))
      guard low < high else {
        throw OpFailure("the range [\(low), \(high)) is empty", code: .evaluationFailed)
      }
      let position = arguments.reserveRandomBlocks(UInt64(count) &* 256)
      _ = weft_random_uniform_int(
        dtype, position.key, position.low, position.high, low, high, arguments.output(0), count,
        arguments.pool)
    }
  }
}

extension RandomShuffle: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let input = request.inputs[0]
    guard let rows = input.shape.first, rows > 1, input.count > 0 else {
      return planCopy(request, from: 0)
    }
    let rowBytes = input.value.byteCount / rows
    let scratch = TaskScratch(byteCount: rows * MemoryLayout<Int64>.stride)
    return { (arguments) throws(OpFailure) in
      let position = arguments.reserveRandomBlocks(UInt64((rows + 2) / 4))
      let (source, target) = (arguments.input(0), arguments.output(0))
      scratch.with { memory in
        guard let order = memory?.assumingMemoryBound(to: Int64.self) else { return }
        weft_random_permutation(position.key, position.low, position.high, order, rows)
        for row in 0..<rows {
          memcpy(target + row * rowBytes, source + Int(order[row]) * rowBytes, rowBytes)
        }
      }
    }
  }
}

extension Multinomial: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension RandomGamma: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension StatelessRandomUniform: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension StatelessRandomNormal: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension StatelessTruncatedNormal: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}
