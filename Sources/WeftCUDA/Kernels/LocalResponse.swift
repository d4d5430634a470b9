import WeftDevice
import WeftOps

extension LRN: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let x = request.inputs[0]
    if x.count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(file: "local_response", ["T": x.dtype.cudaType])
    let sizes = try window.sizes(x.shape)
    return CUDAKernel(
      unit.launch(
        "local_response", grid: request.blocks(for: x.count),
        [.output(0), .input(0), .int64(x.count)] + sizes
          + [.double(window.bias), .double(window.alpha), .double(window.beta)]))
  }
}

extension LRNGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let x = request.inputs[1]
    if x.count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(file: "local_response", ["T": x.dtype.cudaType])
    let sizes = try window.sizes(x.shape)
    let blocks = request.blocks(for: x.count)
    return CUDAKernel(
      unit.launch(
        "response_norms", grid: blocks,
        [.scratch(0), .input(1), .int64(x.count)] + sizes
          + [.double(window.bias), .double(window.alpha)]),
      unit.launch(
        "local_response_gradient", grid: blocks,
        [.output(0), .input(0), .input(1), .input(2), .scratch(0), .int64(x.count)] + sizes
          + [.double(window.alpha), .double(window.beta)]),
      scratchByteCount: x.count * 8)
  }
}

extension LocalResponseWindow {
  /// The depth of the images and the window's radius, no larger than it.
  fileprivate func sizes(_ shape: [Int]) throws(OpFailure) -> [CUDAKernel.Argument] {
    let depth = shape.last ?? 1
    guard radius >= 0, depth < 1 << 31 else {
      throw OpFailure("a radius of \(radius)", code: .unsupported)
    }
    return [.int32(depth), .int32(min(radius, depth))]
  }
}
