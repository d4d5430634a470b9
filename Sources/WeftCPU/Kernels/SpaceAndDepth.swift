import Glibc
import WeftOps

extension SpaceToDepth: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let s = request.inputs[0].shape
    let dims = [s[0], s[1] / blockSize, blockSize, s[2] / blockSize, blockSize, s[3]]
    return planExchange(dims, order: [0, 1, 3, 2, 4, 5], request)
  }
}

extension DepthToSpace: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let s = request.inputs[0].shape
    let dims = [s[0], s[1], s[2], blockSize, blockSize, s[3] / (blockSize * blockSize)]
    return planExchange(dims, order: [0, 1, 3, 2, 4, 5], request)
  }
}

/// The input seen under other dimensions, with its axes in another order.
private func planExchange(_ dims: [Int], order: [Int], _ request: KernelRequest) -> CPUKernel {
  let strides = rowMajorStrides(dims)
  let shape = order.map { dims[$0] }
  return planMove(
    StridedCopy(
      dims: shape, destination: rowMajorStrides(shape), source: order.map { strides[$0] },
      dtype: request.outputs[0].dtype))
}

extension SpaceToBatchND: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    let byteCount = output.byteCount
    return try planWithIntegers(request, [1, 2]) { (numbers) throws(OpFailure) in
      let list = try blockMoves(
        spatial: input, blocked: output, numbers[0], edges: numbers[1], isGathering: false)
      return { (arguments) throws(OpFailure) in
        memset(arguments.output(0), 0, byteCount)
        list.run(arguments)
      }
    }
  }
}

extension BatchToSpaceND: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    return try planWithIntegers(request, [1, 2]) { (numbers) throws(OpFailure) in
      try blockMoves(
        spatial: output, blocked: input, numbers[0], edges: numbers[1], isGathering: true
      ).kernel
    }
  }
}

/// Copies between an image and its blocks, one for each place inside a block: the image's elements
/// at that place, every block's side apart, lie together in the batch.
private func blockMoves(
  spatial: ExecutionPlan.Value, blocked: ExecutionPlan.Value, _ block: [Int], edges: [Int],
  isGathering: Bool
) throws(OpFailure) -> MoveList {
  let batch = spatial.shape[0]
  guard !block.isEmpty, block.count < spatial.shape.count, edges.count == 2 * block.count,
    block.allSatisfy({ $0 >= 1 }), edges.allSatisfy({ $0 >= 0 }),
    blocked.shape[0] == block.reduce(batch, *)
  else {
    throw OpFailure(
      "blocks \(block) with edges \(edges) do not lead from \(spatial.shape) to \(blocked.shape)",
      code: .invalidShape)
  }
  var list = MoveList()
  for place in 0..<block.reduce(1, *) {
    var dims = spatial.shape
    var (image, blocks) = (spatial.strides, place * batch * blocked.strides[0])
    var offset = 0
    for (axis, side) in block.enumerated() {
      let inside = place / block[(axis + 1)...].reduce(1, *) % side
      // The blocks whose element at this place lies in the image.
      let before = edges[2 * axis]
      let first = max(0, (before - inside + side - 1) / side)
      let end = min(
        blocked.shape[axis + 1], (before + spatial.shape[axis + 1] - inside + side - 1) / side)
      dims[axis + 1] = max(0, end - first)
      offset += (first * side + inside - before) * spatial.strides[axis + 1]
      blocks += first * blocked.strides[axis + 1]
      image[axis + 1] *= side
    }
    if dims.contains(0) { continue }
    list.append(
      isGathering
        ? StridedCopy(
          dims: dims, destination: image, source: blocked.strides, destinationOffset: offset,
          sourceOffset: blocks, dtype: spatial.dtype)
        : StridedCopy(
          dims: dims, destination: blocked.strides, source: image, destinationOffset: blocks,
          sourceOffset: offset, dtype: spatial.dtype))
  }
  return list
}

extension ReverseSequence: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let input = request.inputs[0].value
    let sequence = try resolveAxis(sequenceAxis, rank: input.shape.count)
    let batch = try resolveAxis(batchAxis, rank: input.shape.count)
    return try planWithIntegers(request, [1]) { (lengths) throws(OpFailure) in
      try reversals(input, lengths[0], sequence, batch).kernel
    }
  }
}

private func reversals(
  _ value: ExecutionPlan.Value, _ lengths: [Int], _ sequence: Int, _ batch: Int
) throws(OpFailure) -> MoveList {
  let extent = value.shape[sequence]
  guard lengths.count == value.shape[batch], lengths.allSatisfy({ (0...extent).contains($0) })
  else { throw OpFailure("the lengths \(lengths) do not fit the shape \(value.shape)") }
  var list = MoveList()
  let strides = value.strides
  var backward = strides
  backward[sequence] = -strides[sequence]
  for (index, length) in lengths.enumerated() {
    let start = index * strides[batch]
    var dims = value.shape
    dims[batch] = 1
    if length > 0 {
      dims[sequence] = length
      list.append(
        StridedCopy(
          dims: dims, destination: strides, source: backward, destinationOffset: start,
          sourceOffset: start + (length - 1) * strides[sequence], dtype: value.dtype))
    }
    if length < extent {
      dims[sequence] = extent - length
      let rest = start + length * strides[sequence]
      list.append(
        StridedCopy(
          dims: dims, destination: strides, source: strides, destinationOffset: rest,
          sourceOffset: rest, dtype: value.dtype))
    }
  }
  return list
}

extension DynamicStitch: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let output = request.outputs[0]
    let width = output.shape.dropFirst().reduce(1, *) * output.dtype.byteCount
    let (count, limit) = (count, output.shape[0])
    return try planWithIntegers(request, Array(0..<count)) { (numbers) throws(OpFailure) in
      for place in numbers.joined() where place < 0 || place >= limit {
        throw OpFailure("index \(place) is not in 0..<\(limit)")
      }
      return { (arguments) throws(OpFailure) in
        let target = arguments.output(0)
        memset(target, 0, limit * width)
        for index in 0..<count {
          let data = arguments.input(count + index)
          for row in numbers[index].indices {
            memcpy(target + numbers[index][row] * width, data + row * width, width)
          }
        }
      }
    }
  }
}
