import WeftDevice
import WeftOps

extension Cross: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    let type = output.dtype.cudaType
    let unit = try KernelUnit(
      file: "cross",
      ["T": type, "A": output.dtype.isFloating ? type : output.dtype.wrapping])
    return CUDAKernel(
      unit.launch(
        "cross", grid: request.blocks(for: output.count),
        [.output(0), .input(0), .input(1), .int64(output.count)]))
  }
}

extension Polygamma: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    let axes = JoinedAxes(output.shape, request.inputs.map(\.shape))
    guard axes.sizes.count <= 8 else {
      throw OpFailure("broadcasting over more than 8 axes", code: .unsupported)
    }
    let unit = try KernelUnit(file: "polygamma", ["T": output.dtype.cudaType])
    return CUDAKernel(
      unit.launch(
        "polygamma", grid: request.blocks(for: output.count),
        [.output(0), .input(0), .input(1), .int64(output.count)]
          + axes.strides.map { .axes(sizes: axes.sizes, strides: $0) }))
  }
}

extension CheckNumerics: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let count = request.outputs[0].count
    if count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(file: "numerics", ["T": request.outputs[0].dtype.cudaType])
    let message = message
    return CUDAKernel(
      unit.launch(
        "check_numerics", grid: request.blocks(for: count),
        [.status, .output(0), .input(0), .int64(count)]),
      failure: { _, detail in
        OpFailure(
          "\(message): the tensor has \(detail % 2 == 0 ? "NaN" : "Inf"), first at element "
            + "\(detail / 2) of \(count)", code: .notFinite)
      })
  }
}
