import WeftDevice
import WeftOps

extension Cumsum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planScan(
      "SUM", request, terms: 0, axis: 1, isExclusive: exclusive,
      isReverse: reverse)
  }
}

extension Cumprod: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planScan(
      "PRODUCT", request, terms: 0, axis: 1, isExclusive: exclusive,
      isReverse: reverse)
  }
}

extension LinearScan: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planScan(
      "LINEAR", request, terms: 1, axis: 2, isExclusive: true,
      isReverse: reverse)
  }
}

private func planScan(
  _ kind: String, _ request: CUDAKernelRequest, terms: Int, axis operand: Int, isExclusive: Bool,
  isReverse: Bool
) throws(OpFailure) -> CUDAKernel {
  let x = request.inputs[0]
  // Whole numbers wrap; sums of signed ones would not be defined.
  let accumulator =
    x.dtype.isFloating ? "double" : x.dtype == .int64 ? "unsigned long long" : "unsigned int"
  var macros = ["T": x.dtype.cudaType, "A": accumulator, kind: "1"]
  let ways: [CUDAKernel.Argument] = [.int32(isExclusive ? 1 : 0), .int32(isReverse ? 1 : 0)]
  if !request.areKnown(operand) {
    macros["I"] = request.inputs[operand].dtype.cudaType
    let unit = try KernelUnit(file: "scan", macros)
    let rank = x.shape.count
    guard rank <= 8 else { throw OpFailure("an axis of more than 8", code: .unsupported) }
    return CUDAKernel(
      unit.launch(
        "scan_axis", grid: max(1, min(x.count, request.multiprocessors * 8)),
        [.status, .output(0), .input(0), .input(terms), .input(operand), .int64(x.count)] + ways
          + [.axes(sizes: x.shape, strides: x.value.strides)]),
      failure: { _, detail in
        OpFailure(
          "axis \(FailedIndex(detail).number) is outside rank \(rank)", code: .invalidShape)
      })
  }
  let axis = try resolveAxis(try request.integers(operand).first ?? 0, rank: x.shape.count)
  if x.count == 0 { return CUDAKernel() }
  let extent = x.shape[axis]
  let inner = x.shape[(axis + 1)...].reduce(1, *)
  let lines = x.count / extent
  let unit = try KernelUnit(file: "scan", macros)
  let areLong = extent >= 64 && (inner == 1 || lines < request.multiprocessors * 64)
  return CUDAKernel(
    unit.launch(
      areLong ? "scan_blocks" : "scan_lines",
      grid: areLong ? min(lines, 65_535) : request.blocks(for: lines),
      [
        .output(0), .input(0), .input(terms), .int64(lines), .int64(extent), .int64(inner),
      ] + ways))
}
