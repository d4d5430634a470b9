import WeftDevice
import WeftOps

extension ReverseV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let input = request.inputs[0].value
    if !request.areKnown(1) { return try planReadingAxes(request) }
    var strides = input.strides
    var start = 0
    for axis in try reducedAxes(try request.integers(1), rank: input.shape.count)
    where input.shape[axis] > 0 {
      start += (input.shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return try planMove(
      StridedMove(
        input.shape, target: input.strides, source: strides, sourceOffset: start,
        dtype: input.dtype), request)
  }

  /// Axes that are known only when the step runs are read by the kernel.
  private func planReadingAxes(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, axes) = (request.inputs[0], request.inputs[1])
    let rank = input.shape.count
    guard rank <= 8 else {
      throw OpFailure("more than 8 axes, some to be reversed", code: .unsupported)
    }
    let unit = try KernelUnit(
      file: "reverse", ["T": input.dtype.cudaMoveType, "I": axes.dtype.cudaType, "AXES": "1"])
    return CUDAKernel(
      unit.launch(
        "reverse_axes", grid: request.blocks(for: input.count),
        [
          .status, .output(0), .input(0), .input(1), .int64(axes.count), .int64(input.count),
          .axes(sizes: input.shape, strides: input.value.strides),
        ]),
      failure: { code, detail in
        let axis = FailedIndex(detail).number
        return OpFailure(
          code == 1 ? "axis \(axis) is outside rank \(rank)" : "axis \(axis) is given twice",
          code: .invalidShape)
      })
  }
}

extension ReverseSequence: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, lengths) = (request.inputs[0], request.inputs[1])
    let (shape, strides) = (input.shape, input.value.strides)
    let sequence = try resolveAxis(sequenceAxis, rank: shape.count)
    let batch = try resolveAxis(batchAxis, rank: shape.count)
    let unit = try KernelUnit(
      file: "reverse",
      ["T": input.dtype.cudaMoveType, "I": lengths.dtype.cudaType, "LENGTHS": "1"])
    return CUDAKernel(
      unit.launch(
        "reverse_sequences", grid: request.blocks(for: max(input.count, lengths.count)),
        [
          .status, .output(0), .input(0), .input(1), .int64(input.count), .int64(shape[batch]),
          .int64(strides[batch]), .int64(shape[sequence]), .int64(strides[sequence]),
        ]),
      failure: { _, detail in
        OpFailure("a length of \(FailedIndex(detail).number) does not fit the shape \(shape)")
      })
  }
}
