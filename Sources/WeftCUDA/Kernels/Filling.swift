import WeftDevice
import WeftOps

/// Every element of output 0 made that of a scalar operand. There is at least one.
func fillCommand(_ request: CUDAKernelRequest, from operand: Int) throws(OpFailure)
  -> CUDAKernel.Command
{
  let output = request.outputs[0]
  let unit = try KernelUnit(file: "move", ["T": output.dtype.cudaMoveType])
  return .launch(
    unit.launch(
      "fill", grid: request.blocks(for: output.count),
      [.output(0), .input(operand), .int64(output.count)]))
}

extension Fill: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    if request.outputs[0].count == 0 { return CUDAKernel() }
    return CUDAKernel(commands: [try fillCommand(request, from: 1)])
  }
}

extension ZerosLike: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) -> CUDAKernel {
    let byteCount = request.outputs[0].byteCount
    if byteCount == 0 { return CUDAKernel() }
    return CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: byteCount)])
  }
}

extension OnesLike: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    return try planPointwise(
      1, dtype: output.dtype, shape: output.shape, inputs: [], arguments: [], to: .output(0),
      request)
  }
}

extension OneHot: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (indices, output) = (request.inputs[0], request.outputs[0])
    if output.count == 0 { return CUDAKernel() }
    let axis = try resolveAxis(axis, rank: output.shape.count)
    let unit = try KernelUnit(
      file: "move", ["T": output.dtype.cudaMoveType, "I": indices.dtype.cudaType])
    return CUDAKernel(
      unit.launch(
        "one_hot", grid: request.blocks(for: output.count),
        [
          .output(0), .input(0), .input(2), .input(3), .int64(output.count),
          .int64(output.shape[axis]), .int64(output.shape[(axis + 1)...].reduce(1, *)),
        ]))
  }
}

extension Select: CUDAKernelProviding {
  /// A condition of one axis chooses rows.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    var inputs = request.inputs.map { (dtype: $0.dtype, shape: $0.shape) }
    if inputs[0].shape.count == 1, output.shape.count > 1 {
      inputs[0].shape += Array(repeating: 1, count: output.shape.count - 1)
    }
    return try planPointwise(
      .select(.input(0), .input(1), .input(2)), dtype: output.dtype, shape: output.shape,
      inputs: inputs, arguments: [.input(0), .input(1), .input(2)], to: .output(0), request)
  }
}
