import WeftOps

extension Transpose: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      let rank = input.shape.count
      let axes = numbers[0].map { $0 < 0 ? $0 + rank : $0 }
      guard axes.sorted() == Array(0..<rank), axes.map({ input.shape[$0] }) == output.shape else {
        throw OpFailure(
          "\(numbers[0]) does not order the axes of \(input.shape) as \(output.shape)",
          code: .invalidShape)
      }
      let strides = input.strides
      return planMove(
        StridedCopy(
          dims: output.shape, destination: output.strides, source: axes.map { strides[$0] },
          dtype: input.dtype))
    }
  }
}

extension ReverseV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let input = request.inputs[0].value
    return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      var strides = input.strides
      var start = 0
      for axis in try reducedAxes(numbers[0], rank: input.shape.count) where input.shape[axis] > 0 {
        start += (input.shape[axis] - 1) * strides[axis]
        strides[axis] = -strides[axis]
      }
      return planMove(
        StridedCopy(
          dims: input.shape, destination: input.strides, source: strides, sourceOffset: start,
          dtype: input.dtype))
    }
  }
}

extension Tile: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      let multiples = numbers[0]
      guard multiples.count == input.shape.count,
        zip(input.shape, multiples).map({ $0 &* $1 }) == output.shape
      else {
        throw OpFailure(
          "\(multiples) times \(input.shape) is not \(output.shape)", code: .invalidShape)
      }
      // Each axis as two: the repetitions, between which nothing moves, and the elements.
      var dims: [Int] = []
      var source: [Int] = []
      for (axis, stride) in input.strides.enumerated() {
        dims += [multiples[axis], input.shape[axis]]
        source += [0, stride]
      }
      return planMove(
        StridedCopy(
          dims: dims, destination: rowMajorStrides(dims), source: source, dtype: input.dtype))
    }
  }
}
