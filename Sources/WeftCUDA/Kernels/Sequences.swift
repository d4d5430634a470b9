import WeftDevice
import WeftOps

extension LinSpace: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let unit = try KernelUnit(file: "sequence", ["T": output.dtype.cudaType, "SPACED": "1"])
    return CUDAKernel(
      unit.launch(
        "lin_space", grid: request.blocks(for: output.count),
        [.output(0), .input(0), .input(1), .int64(output.count)]))
  }
}

extension InvertPermutation: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    let bits = output.dtype == .int64 ? "unsigned long long" : "unsigned int"
    let unit = try KernelUnit(
      file: "sequence", ["T": output.dtype.cudaType, "U": bits, "INVERSE": "1"])
    let launch = unit.launch(
      "invert", grid: request.blocks(for: output.count),
      [.status, .output(0), .input(0), .int64(output.count)])
    let count = output.count
    return CUDAKernel(
      commands: [.fill(.output(0), byte: 0xFF, byteCount: output.byteCount), .launch(launch)],
      failure: { _, _ in OpFailure("the \(count) numbers are not a permutation") })
  }
}

extension IdentityN: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) -> CUDAKernel {
    CUDAKernel(
      commands: request.outputs.indices.filter { request.outputs[$0].byteCount > 0 }.map {
        .copy(from: .input($0), to: .output($0), byteCount: request.outputs[$0].byteCount)
      })
  }
}
