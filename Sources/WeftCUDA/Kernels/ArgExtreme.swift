import WeftDevice
import WeftOps

extension ArgMax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planArgExtreme(">", request.inputs[0].dtype.lowestInCUDA, request)
  }
}

extension ArgMin: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planArgExtreme("<", request.inputs[0].dtype.highestInCUDA, request)
  }
}

private func planArgExtreme(_ symbol: String, _ worst: String, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let (input, output) = (request.inputs[0], request.outputs[0])
  if output.count == 0 { return CUDAKernel() }
  let axis = try resolveAxis(
    try request.integers(1).first ?? 0, rank: input.shape.count)
  let inner = input.shape[(axis + 1)...].reduce(1, *)
  let unit = try KernelUnit(
    file: "arg_extreme",
    [
      "T": input.dtype.cudaType, "I": output.dtype.cudaType,
      "BETTER(a, b)": "((a) \(symbol) (b))", "WORST": worst,
    ])
  return CUDAKernel(
    unit.launch(
      "arg_extreme", grid: request.blocks(for: output.count),
      [
        .output(0), .input(0), .int64(output.count), .int64(input.shape[axis]), .int64(inner),
      ]))
}

extension DType {
  /// The least value of a type, in CUDA C.
  var lowestInCUDA: String {
    switch self {
    case .float32, .float64, .float16, .bfloat16: "(-(\(cudaType))WEFT_INFINITY)"
    case .int32: "(-2147483647 - 1)"
    case .int64: "(-0x7fffffffffffffffLL - 1)"
    case .uint8, .bool: "0"
    }
  }

  /// The greatest value of a type, in CUDA C.
  var highestInCUDA: String {
    switch self {
    case .float32, .float64, .float16, .bfloat16: "((\(cudaType))WEFT_INFINITY)"
    case .int32: "2147483647"
    case .int64: "0x7fffffffffffffffLL"
    case .uint8: "255"
    case .bool: "1"
    }
  }
}
