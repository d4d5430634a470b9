import WeftDevice
import WeftOps

extension UnsortedSegmentSum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planSegments(.sum(request.outputs[0].dtype), request)
  }
}

extension UnsortedSegmentMax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planSegments(.largest(request.outputs[0].dtype), request)
  }
}

private func planSegments(_ reduction: KeyReduction, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let (ids, output) = (request.inputs[1], request.outputs[0])
  let segments = output.shape.first ?? 0
  if ids.count == 0 {
    if output.count == 0 { return CUDAKernel() }
    guard reduction.empty == "0" else {
      throw OpFailure("segments without any rows", code: .unsupported)
    }
    return CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: output.byteCount)])
  }
  let sorted = try SortedRows.bySegment(1, segments: segments, allowsNegative: true, request)
  var kernel =
    output.count == 0
    ? CUDAKernel(commands: sorted.commands, scratchByteCount: sorted.scratchByteCount)
    : try planKeys(reduction, sorted, data: 0, keys: segments, count: ids.count, request)
  kernel.failure = { _, detail in
    OpFailure("segment number \(FailedIndex(detail).number) is not below \(segments)")
  }
  return kernel
}

/// Segments whose numbers rise and are known while planning.
private func planRisingSegments(_ reduction: KeyReduction, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let ids = try request.integers(1)
  guard ids == ids.sorted(), (ids.first ?? 0) >= 0 else {
    throw OpFailure("segment numbers must not fall: \(ids.prefix(8))")
  }
  return try planSegments(reduction, request)
}

extension SegmentSum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.sum(request.outputs[0].dtype), request)
  }
}

extension SegmentMean: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.mean(request.outputs[0].dtype), request)
  }
}

extension SegmentProd: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.product(request.outputs[0].dtype), request)
  }
}

extension SegmentMax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.largestOrZero(request.outputs[0].dtype), request)
  }
}
