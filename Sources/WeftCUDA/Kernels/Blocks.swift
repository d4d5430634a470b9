import WeftDevice
import WeftOps

/// A tensor seen in another shape, its axes reordered.
private func planReordered(
  _ shape: [Int], _ order: [Int], _ request: CUDAKernelRequest, dtype: DType
) throws(OpFailure) -> CUDAKernel {
  try planMove(reordered(shape, order, dtype: dtype), request)
}

private func reordered(_ shape: [Int], _ order: [Int], dtype: DType) -> StridedMove {
  let strides = rowMajorStrides(shape)
  let sizes = order.map { shape[$0] }
  return StridedMove(
    sizes, target: rowMajorStrides(sizes), source: order.map { strides[$0] }, dtype: dtype)
}

extension SpaceToDepth: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, b) = (request.inputs[0], blockSize)
    let s = input.shape
    return try planReordered(
      [s[0], s[1] / b, b, s[2] / b, b, s[3]], [0, 1, 3, 2, 4, 5], request, dtype: input.dtype)
  }
}

extension DepthToSpace: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, b) = (request.inputs[0], blockSize)
    let s = input.shape
    return try planReordered(
      [s[0], s[1], s[2], b, b, s[3] / (b * b)], [0, 1, 3, 2, 4, 5], request, dtype: input.dtype)
  }
}

extension SpaceToBatchND: CUDAKernelProviding {
  /// Padded in working memory, then taken apart.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    if output.count == 0 { return CUDAKernel() }
    let (block, paddings) = (try request.integers(1), try request.integers(2))
    var padded = input.shape
    var split = [input.shape[0]]
    for (axis, side) in block.enumerated() {
      padded[axis + 1] += paddings[2 * axis] + paddings[2 * axis + 1]
      split += [padded[axis + 1] / side, side]
    }
    let rest = input.shape.dropFirst(1 + block.count)
    let order =
      block.indices.map { 2 * $0 + 2 } + [0] + block.indices.map { 2 * $0 + 1 }
      + rest.indices.map { 2 * block.count + $0 - block.count }
    let apart = reordered(split + rest, order, dtype: input.dtype)
    if padded == input.shape { return try planMove(apart, request) }
    let strides = rowMajorStrides(padded)
    let inside = StridedMove(
      input.shape, target: strides, source: input.strides,
      targetOffset: block.indices.reduce(0) { $0 + paddings[2 * $1] * strides[$1 + 1] },
      dtype: input.dtype)
    let byteCount = padded.reduce(1, *) * input.dtype.byteCount
    let commands = [
      .fill(.scratch(0), byte: 0, byteCount: byteCount),
      try inside.command(from: .input(0), to: .scratch(0), request),
      try apart.command(from: .scratch(0), to: .output(0), request),
    ]
    return CUDAKernel(commands: commands.compactMap { $0 }, scratchByteCount: byteCount)
  }
}

extension BatchToSpaceND: CUDAKernelProviding {
  /// Put together in working memory, then cut.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    if output.count == 0 { return CUDAKernel() }
    let (block, crops) = (try request.integers(1), try request.integers(2))
    let count = block.count
    let rest = Array(input.shape.dropFirst(1 + count))
    var order = [count]
    for axis in 0..<count { order += [count + 1 + axis, axis] }
    order += rest.indices.map { 2 * count + 1 + $0 }
    let whole = reordered(
      block + [output.shape[0]] + input.shape[1..<count + 1] + rest, order, dtype: input.dtype)
    if crops.allSatisfy({ $0 == 0 }) { return try planMove(whole, request) }
    let shape = [output.shape[0]] + block.indices.map { input.shape[$0 + 1] * block[$0] } + rest
    let strides = rowMajorStrides(shape)
    let part = StridedMove(
      output.shape, target: output.strides, source: strides,
      sourceOffset: block.indices.reduce(0) { $0 + crops[2 * $1] * strides[$1 + 1] },
      dtype: input.dtype)
    let commands = [
      try whole.command(from: .input(0), to: .scratch(0), request),
      try part.command(from: .scratch(0), to: .output(0), request),
    ]
    return CUDAKernel(
      commands: commands.compactMap { $0 }, scratchByteCount: input.byteCount)
  }
}
