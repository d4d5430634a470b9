import WeftDevice
import WeftOps

extension TopKV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let x = request.inputs[0]
    let (k, width) = (request.outputs[0].shape.last ?? 0, x.shape.last ?? 0)
    if request.outputs[0].count == 0 { return CUDAKernel() }
    guard width < 1 << 31 else { throw OpFailure("rows of \(width)", code: .unsupported) }
    let rows = x.count / width
    let unit = try KernelUnit(
      file: "top_k", ["T": x.dtype.cudaType, "REAL": x.dtype.isFloating ? "1" : "0"])
    let isFew = k <= 16
    let blocks = isFew ? rows : rows * ((width + 255) / 256)
    return CUDAKernel(
      unit.launch(
        isFew ? "select_few" : "rank_all", grid: min(blocks, 1 << 20),
        [.output(0), .output(1), .input(0), .int64(rows), .int64(width), .int64(k)]))
  }
}

extension InTopKV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (x, targets) = (request.inputs[0], request.inputs[1])
    if targets.count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(
      file: "top_k",
      ["T": x.dtype.cudaType, "I": targets.dtype.cudaType, "REAL": "1", "IN_TOP_K": "1"])
    return CUDAKernel(
      unit.launch(
        "in_top_k", grid: request.blocks(for: targets.count, each: 8),
        [
          .output(0), .input(0), .input(1), .input(2), .int64(targets.count),
          .int64(x.shape.last ?? 0),
        ]))
  }
}
