import WeftDevice
import WeftOps

extension Cumsum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planScan(
      "SUM", request, terms: 0, axis: try request.integers(1), isExclusive: exclusive,
      isReverse: reverse)
  }
}

extension Cumprod: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planScan(
      "PRODUCT", request, terms: 0, axis: try request.integers(1), isExclusive: exclusive,
      isReverse: reverse)
  }
}

extension LinearScan: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planScan(
      "LINEAR", request, terms: 1, axis: try request.integers(2), isExclusive: true,
      isReverse: reverse)
  }
}

private func planScan(
  _ kind: String, _ request: CUDAKernelRequest, terms: Int, axis given: [Int], isExclusive: Bool,
  isReverse: Bool
) throws(OpFailure) -> CUDAKernel {
  let x = request.inputs[0]
  let axis = try resolveAxis(given.first ?? 0, rank: x.shape.count)
  if x.count == 0 { return CUDAKernel() }
  let extent = x.shape[axis]
  let inner = x.shape[(axis + 1)...].reduce(1, *)
  let lines = x.count / extent
  // Whole numbers wrap; sums of signed ones would not be defined.
  let accumulator =
    x.dtype.isFloating ? "double" : x.dtype == .int64 ? "unsigned long long" : "unsigned int"
  let unit = try KernelUnit(file: "scan", ["T": x.dtype.cudaType, "A": accumulator, kind: "1"])
  let areLong = extent >= 64 && (inner == 1 || lines < request.multiprocessors * 64)
  return CUDAKernel(
    unit.launch(
      areLong ? "scan_blocks" : "scan_lines",
      grid: areLong ? min(lines, 65_535) : request.blocks(for: lines),
      [
        .output(0), .input(0), .input(terms), .int64(lines), .int64(extent), .int64(inner),
        .int32(isExclusive ? 1 : 0), .int32(isReverse ? 1 : 0),
      ]))
}
