import WeftDevice
import WeftOps

extension SliceDefinition: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    if !request.areKnown(1) { return try planReadingPlace(request) }
    let begin = try request.integers(1)
    let fits = zip(begin, zip(input.shape, output.shape)).allSatisfy { first, sizes in
      first >= 0 && first <= sizes.0 - sizes.1
    }
    guard begin.count == input.shape.count, fits else {
      throw OpFailure(
        "the block from \(begin) of size \(output.shape) lies outside \(input.shape)",
        code: .invalidShape)
    }
    return try planMove(
      StridedMove(
        output.shape, target: output.strides, source: input.strides,
        sourceOffset: offset(begin, input.strides), dtype: input.dtype), request)
  }
}

extension StridedSlice: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let input = request.inputs[0].value
    if !request.areKnown(1, 2) {
      let slice = try IndexedSlice(input.shape, masks, request)
      let move = slice.move(intoWhole: false, dtype: input.dtype)
      return CUDAKernel(
        try move.launch(from: 0, numbers: 1, request), failure: slice.failure)
    }
    let slice = try SliceLayout(input.shape, request, masks)
    return try planMove(
      StridedMove(
        slice.sizes, target: rowMajorStrides(slice.sizes), source: slice.strides,
        sourceOffset: slice.offset, dtype: input.dtype), request)
  }
}

extension StridedSliceGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let zeros = CUDAKernel.Command.fill(.output(0), byte: 0, byteCount: output.byteCount)
    if !request.areKnown(1, 2) {
      let slice = try IndexedSlice(output.shape, masks, request)
      let move = slice.move(intoWhole: true, dtype: output.dtype)
      return CUDAKernel(
        commands: (output.count == 0 ? [] : [zeros])
          + [.launch(try move.launch(from: 4, numbers: 1, request))], failure: slice.failure)
    }
    if output.count == 0 { return CUDAKernel() }
    let slice = try SliceLayout(output.shape, request, masks)
    let move = StridedMove(
      slice.sizes, target: slice.strides, source: rowMajorStrides(slice.sizes),
      targetOffset: slice.offset, dtype: output.dtype)
    return CUDAKernel(
      commands: [zeros] + [try move.command(from: 4, to: 0, request)].compactMap { $0 })
  }
}

/// A strided slice as sizes, strides and an offset in the tensor that is sliced.
struct SliceLayout {
  let sizes: [Int]
  let strides: [Int]
  let offset: Int

  /// With all numbers known.
  init(_ shape: [Int], _ request: CUDAKernelRequest, _ masks: SliceMasks) throws(OpFailure) {
    self.init(
      try ResolvedSlice(
        shape, begin: try request.integers(1), end: try request.integers(2),
        steps: try request.integers(3), masks: masks), shape)
  }

  init(_ slice: ResolvedSlice, _ shape: [Int]) {
    let whole = rowMajorStrides(shape)
    let sizes = slice.axes.map { $0.count ?? 0 }
    self.sizes = sizes
    // A step may be as large as it likes where only one element is taken.
    strides = slice.axes.enumerated().map { axis, part in
      part.count == 1 ? whole[axis] : part.step &* whole[axis]
    }
    offset =
      sizes.contains(0)
      ? 0
      : slice.axes.enumerated().reduce(0) { sum, part in
        sum + (part.element.first ?? 0) * whole[part.offset]
      }
  }
}

extension Pad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    return try planPadding(
      request, .fill(.output(0), byte: 0, byteCount: output.byteCount))
  }
}

extension PadV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    if request.outputs[0].count == 0 { return CUDAKernel() }
    return try planPadding(request, try fillCommand(request, from: 2))
  }
}

private func planPadding(_ request: CUDAKernelRequest, _ fill: CUDAKernel.Command)
  throws(OpFailure) -> CUDAKernel
{
  let (input, output) = (request.inputs[0].value, request.outputs[0])
  let numbers = try request.integers(1)
  guard numbers.count == 2 * input.shape.count, numbers.allSatisfy({ $0 >= 0 }) else {
    throw OpFailure("paddings \(numbers) do not fit \(input.shape)", code: .invalidShape)
  }
  let before = input.shape.indices.map { numbers[2 * $0] }
  let move = StridedMove(
    input.shape, target: output.strides, source: input.strides,
    targetOffset: offset(before, output.strides), dtype: input.dtype)
  return CUDAKernel(
    commands: [fill] + [try move.command(from: 0, to: 0, request)].compactMap { $0 })
}
