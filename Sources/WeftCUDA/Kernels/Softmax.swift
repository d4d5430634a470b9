import WeftDevice
import WeftOps

extension Softmax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRows("softmax", request)
  }
}

extension LogSoftmax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRows("log_softmax", request)
  }
}

private func planRows(_ kernel: String, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let input = request.inputs[0]
  if input.count == 0 { return CUDAKernel() }
  let rows = RowLaunch(input.shape)
  let unit = try KernelUnit(file: "softmax", ["T": input.dtype.cudaType])
  return CUDAKernel(
    unit.launch(
      kernel, grid: rows.grid,
      [.output(0), .input(0), .int64(rows.count), .int64(rows.columns), .int32(rows.width)]))
}

/// How rows are shared out: a lane for each element of short ones, a warp, or a block where rows are long.
struct RowLaunch {
  let count: Int
  let columns: Int
  /// The threads of a row.
  let width: Int
  let grid: Int

  /// The last axis as columns, all others as rows.
  init(_ shape: [Int]) {
    columns = shape.last ?? 1
    count = shape.dropLast().reduce(1, *)
    var width = 4
    while width < min(columns, 32) { width *= 2 }
    self.width = columns > 1024 ? 256 : width
    let each = 256 / self.width
    grid = max(1, min((count + each - 1) / each, 1 << 16))
  }
}
