import CWeftKernels
import WeftOps

private func planArgExtreme(_ function: weft_argreduce_function, _ request: KernelRequest)
  throws(OpFailure) -> CPUKernel
{
  let input = request.inputs[0]
  let (dtype, index) = (Int32(input.dtype.rawValue), Int32(request.outputs[0].dtype.rawValue))
  return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
    let parts = try AxisParts(input.shape, axis: numbers[0])
    return { (arguments) throws(OpFailure) in
      let status = weft_argreduce(
        function, dtype, index, parts.outer, parts.extent, parts.inner, arguments.input(0),
        arguments.output(0), arguments.pool)
      if status != 0 { throw OpFailure("no kernel for \(input.dtype)", code: .unsupported) }
    }
  }
}

extension ArgMax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planArgExtreme(WEFT_ARGREDUCE_MAX, request)
  }
}

extension ArgMin: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planArgExtreme(WEFT_ARGREDUCE_MIN, request)
  }
}
