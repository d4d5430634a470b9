import Glibc
import WeftOps

extension SliceDefinition: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      let begin = numbers[0]
      let fits = zip(begin, zip(input.shape, output.shape)).allSatisfy { first, sizes in
        first >= 0 && first <= sizes.0 - sizes.1
      }
      guard begin.count == input.shape.count, output.shape.count == input.shape.count, fits else {
        throw OpFailure(
          "the block from \(begin) of size \(output.shape) lies outside \(input.shape)",
          code: .invalidShape)
      }
      return planMove(
        StridedCopy(
          dims: output.shape, destination: output.strides, source: input.strides,
          sourceOffset: offset(begin, input.strides), dtype: input.dtype))
    }
  }
}

extension StridedSlice: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    let masks = masks
    return try planWithIntegers(request, [1, 2, 3]) { (numbers) throws(OpFailure) in
      let slice = try SliceLayout(input.shape, numbers, masks, sliced: output.shape)
      return planMove(
        StridedCopy(
          dims: slice.dims, destination: rowMajorStrides(slice.dims), source: slice.strides,
          sourceOffset: slice.offset, dtype: input.dtype))
    }
  }
}

extension StridedSliceGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (gradient, output) = (request.inputs[4].value, request.outputs[0])
    let masks = masks
    return try planWithIntegers(request, [1, 2, 3]) { (numbers) throws(OpFailure) in
      let slice = try SliceLayout(output.shape, numbers, masks, sliced: gradient.shape)
      var list = MoveList()
      list.append(
        StridedCopy(
          dims: slice.dims, destination: slice.strides, source: rowMajorStrides(slice.dims),
          destinationOffset: slice.offset, dtype: output.dtype), from: 4)
      let byteCount = output.byteCount
      return { [list] (arguments) throws(OpFailure) in
        memset(arguments.output(0), 0, byteCount)
        list.run(arguments)
      }
    }
  }
}

/// A strided slice as dimensions, strides and an offset in the tensor that is sliced.
private struct SliceLayout {
  let dims: [Int]
  let strides: [Int]
  let offset: Int

  init(_ shape: [Int], _ numbers: [[Int]], _ masks: SliceMasks, sliced: [Int]) throws(OpFailure) {
    let slice = try ResolvedSlice(
      shape, begin: numbers[0], end: numbers[1], steps: numbers[2], masks: masks)
    guard slice.shape == sliced else {
      throw OpFailure(
        "the slice has the shape \(TensorShape(slice.shape)), not \(sliced)", code: .invalidShape)
    }
    let whole = rowMajorStrides(shape)
    dims = slice.axes.map { $0.count ?? 0 }
    // A step may be as large as it likes where only one element is taken.
    strides = slice.axes.enumerated().map { axis, part in
      part.count == 1 ? whole[axis] : part.step &* whole[axis]
    }
    offset =
      dims.contains(0)
      ? 0
      : slice.axes.enumerated().reduce(0) { sum, part in
        sum + (part.element.first ?? 0) * whole[part.offset]
      }
  }
}
