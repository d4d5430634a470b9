import WeftOps

extension ConcatV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (parts, output) = (request.inputs.prefix(count).map(\.value), request.outputs[0])
    return try planWithIntegers(request, [count]) { (numbers) throws(OpFailure) in
      let axis = try resolveAxis(
        try single(numbers[0], "the axis"), rank: output.shape.count)
      return try planParts(of: output, along: axis, parts, isJoin: true)
    }
  }
}

extension Split: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let value = request.inputs[1].value
    return try planWithIntegers(request, [0]) { (numbers) throws(OpFailure) in
      let axis = try resolveAxis(try single(numbers[0], "the axis"), rank: value.shape.count)
      return try planParts(of: value, along: axis, request.outputs, isJoin: false, operand: 1)
    }
  }
}

extension SplitV: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let value = request.inputs[0].value
    return try planWithIntegers(request, [2]) { (numbers) throws(OpFailure) in
      let axis = try resolveAxis(try single(numbers[0], "the axis"), rank: value.shape.count)
      return try planParts(of: value, along: axis, request.outputs, isJoin: false)
    }
  }
}

extension Pack: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let output = request.outputs[0]
    let axis = try resolveAxis(axis, rank: output.shape.count)
    let slice = SliceAlongAxis(output, axis)
    var list = MoveList()
    for index in 0..<count { list.append(slice.writing(index), from: index) }
    return list.kernel
  }
}

extension Unpack: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let input = request.inputs[0].value
    let axis = try resolveAxis(axis, rank: input.shape.count)
    let slice = SliceAlongAxis(input, axis)
    var list = MoveList()
    for index in 0..<count { list.append(slice.reading(index), to: index) }
    return list.kernel
  }
}

/// Copies between a whole and its parts along an axis.
private func planParts(
  of whole: ExecutionPlan.Value, along axis: Int, _ parts: [ExecutionPlan.Value], isJoin: Bool,
  operand: Int = 0
) throws(OpFailure) -> CPUKernel {
  var list = MoveList()
  var start = 0
  for (index, part) in parts.enumerated() {
    var expected = whole.shape
    expected[axis] = part.shape.count == expected.count ? part.shape[axis] : -1
    guard part.shape == expected, start + part.shape[axis] <= whole.shape[axis] else {
      throw OpFailure(
        "a part of shape \(part.shape) does not fit \(whole.shape) along axis \(axis)",
        code: .invalidShape)
    }
    let first = start * whole.strides[axis]
    start += part.shape[axis]
    if isJoin {
      let copy = StridedCopy(
        dims: part.shape, destination: whole.strides, source: part.strides,
        destinationOffset: first, dtype: whole.dtype)
      list.append(copy, from: index)
    } else {
      let copy = StridedCopy(
        dims: part.shape, destination: part.strides, source: whole.strides, sourceOffset: first,
        dtype: whole.dtype)
      list.append(copy, from: operand, to: index)
    }
  }
  guard start == whole.shape[axis] else {
    throw OpFailure(
      "the parts fill \(start) of axis \(axis) of \(whole.shape)", code: .invalidShape)
  }
  return list.kernel
}

/// The slices of a value, one for each index along an axis.
private struct SliceAlongAxis {
  let shape: [Int]
  let strides: [Int]
  let step: Int
  let dtype: DType

  init(_ whole: ExecutionPlan.Value, _ axis: Int) {
    var (shape, strides) = (whole.shape, whole.strides)
    shape.remove(at: axis)
    step = strides.remove(at: axis)
    self.shape = shape
    self.strides = strides
    dtype = whole.dtype
  }

  func writing(_ index: Int) -> StridedCopy {
    StridedCopy(
      dims: shape, destination: strides, source: rowMajorStrides(shape),
      destinationOffset: index * step, dtype: dtype)
  }

  func reading(_ index: Int) -> StridedCopy {
    StridedCopy(
      dims: shape, destination: rowMajorStrides(shape), source: strides,
      sourceOffset: index * step, dtype: dtype)
  }
}
