import WeftDevice
import WeftOps

extension ConcatV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let axis = try resolveAxis(
      try request.integers(count).first ?? 0, rank: output.shape.count)
    return try planParts(
      of: output, along: axis, request.inputs.prefix(count).map(\.value), isJoin: true, request)
  }
}

extension Split: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let value = request.inputs[1].value
    let axis = try resolveAxis(try request.integers(0).first ?? 0, rank: value.shape.count)
    return try planParts(
      of: value, along: axis, request.outputs, isJoin: false, operand: 1, request)
  }
}

extension SplitV: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let value = request.inputs[0].value
    let axis = try resolveAxis(try request.integers(2).first ?? 0, rank: value.shape.count)
    return try planParts(of: value, along: axis, request.outputs, isJoin: false, request)
  }
}

extension Pack: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let axis = try resolveAxis(axis, rank: output.shape.count)
    var (sizes, strides) = (output.shape, output.strides)
    let step = strides.remove(at: axis)
    sizes.remove(at: axis)
    var kernel = CUDAKernel()
    for index in 0..<count {
      let move = StridedMove(
        sizes, target: strides, source: rowMajorStrides(sizes), targetOffset: index * step,
        dtype: output.dtype)
      kernel.commands += [try move.command(from: index, to: 0, request)].compactMap { $0 }
    }
    return kernel
  }
}

extension Unpack: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let input = request.inputs[0].value
    let axis = try resolveAxis(axis, rank: input.shape.count)
    var (sizes, strides) = (input.shape, input.strides)
    let step = strides.remove(at: axis)
    sizes.remove(at: axis)
    var kernel = CUDAKernel()
    for index in 0..<count {
      let move = StridedMove(
        sizes, target: rowMajorStrides(sizes), source: strides, sourceOffset: index * step,
        dtype: input.dtype)
      kernel.commands += [try move.command(from: 0, to: index, request)].compactMap { $0 }
    }
    return kernel
  }
}

/// Copies between a whole and its parts along an axis.
private func planParts(
  of whole: ExecutionPlan.Value, along axis: Int, _ parts: [ExecutionPlan.Value], isJoin: Bool,
  operand: Int = 0, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  var kernel = CUDAKernel()
  var start = 0
  for (index, part) in parts.enumerated() {
    let first = start * whole.strides[axis]
    start += part.shape[axis]
    let move =
      isJoin
      ? StridedMove(
        part.shape, target: whole.strides, source: part.strides, targetOffset: first,
        dtype: whole.dtype)
      : StridedMove(
        part.shape, target: part.strides, source: whole.strides, sourceOffset: first,
        dtype: whole.dtype)
    let command =
      isJoin
      ? try move.command(from: index, to: 0, request)
      : try move.command(from: operand, to: index, request)
    kernel.commands += [command].compactMap { $0 }
  }
  return kernel
}
