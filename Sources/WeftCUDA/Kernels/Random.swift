import WeftDevice
import WeftOps

/// A fill of the output from the operation's random stream: 256 blocks are set aside for every element,
/// as TensorFlow does.
private func planFill(_ kernel: String, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let output = request.outputs[0]
  let kind: String
  switch output.dtype {
  case .float32: kind = "FLOAT"
  case .float64: kind = "DOUBLE"
  case .float16: kind = "HALF"
  case .bfloat16: kind = "BFLOAT16"
  default: throw OpFailure("not defined for \(output.dtype)", code: .unsupported)
  }
  var result = CUDAKernel(commands: [], randomBlocks: UInt64(output.count) &* 256)
  if output.count == 0 { return result }
  let unit = try KernelUnit(file: "random", ["T": output.dtype.cudaType, kind: "1"])
  result.commands = [
    .launch(
      unit.launch(
        kernel, grid: request.blocks(for: (output.count + 3) / 4),
        [.output(0), .random, .int64(output.count)]))
  ]
  return result
}

extension RandomUniform: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planFill("uniform_fill", request)
  }
}

extension RandomStandardNormal: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planFill("normal_fill", request)
  }
}

extension TruncatedNormal: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planFill("truncated_fill", request)
  }
}

extension RandomUniformInt: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let wide = output.dtype == .int64 ? "unsigned long long" : "unsigned"
    let unit = try KernelUnit(
      file: "random", ["T": output.dtype.cudaType, "W": wide, "WHOLE": "1"])
    // A launch without elements still looks at the bounds.
    return CUDAKernel(
      unit.launch(
        "integer_fill", grid: request.blocks(for: output.count),
        [.status, .output(0), .random, .input(1), .input(2), .int64(output.count)]),
      randomBlocks: UInt64(output.count) &* 256,
      failure: { _, _ in OpFailure("the range is empty", code: .evaluationFailed) })
  }
}
