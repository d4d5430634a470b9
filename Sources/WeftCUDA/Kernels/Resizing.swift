import WeftDevice
import WeftOps

extension ResizeBilinear: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let dtype = request.inputs[0].dtype
    let isNarrow = dtype == .float16 || dtype == .bfloat16
    let macros = [
      "BILINEAR": "1", "T": dtype.cudaType, "LOAD(x)": isNarrow ? "to_float(x)" : "(x)",
    ]
    return try settings.plan(
      "resize", macros, images: request.inputs[0].value, resized: request.outputs[0], request)
  }
}

extension ResizeNearestNeighbor: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try settings.plan(
      "resize", ["NEAREST": "1", "T": request.outputs[0].dtype.cudaMoveType],
      images: request.inputs[0].value, resized: request.outputs[0], request)
  }
}

extension ResizeBilinearGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try settings.planGradient("BILINEAR_GRADIENT", request)
  }
}

extension ResizeNearestNeighborGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try settings.planGradient("NEAREST_GRADIENT", request)
  }
}

extension ResizeSettings {
  fileprivate func planGradient(_ kind: String, _ request: CUDAKernelRequest) throws(OpFailure)
    -> CUDAKernel
  {
    let dtype = request.outputs[0].dtype
    guard dtype == .float32 || dtype == .float64 else {
      throw OpFailure("sums of \(dtype)", code: .unsupported)
    }
    return try plan(
      "resize_gradient", [kind: "1", "T": dtype.cudaType], images: request.outputs[0],
      resized: request.inputs[0].value, request)
  }

  /// A thread for each element of the result.
  fileprivate func plan(
    _ kernel: String, _ macros: [String: String], images: ExecutionPlan.Value,
    resized: ExecutionPlan.Value, _ request: CUDAKernelRequest
  ) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    try requireNarrow(images.count, resized.count)
    let sizes = [
      images.shape[1], images.shape[2], resized.shape[1], resized.shape[2], images.shape[3],
    ]
    let dividers = output.shape[1...].flatMap { Divider($0).structure }
    var macros = macros
    macros["ALIGN_CORNERS"] = alignCorners ? "1" : "0"
    macros["HALF_PIXEL_CENTERS"] = halfPixelCenters ? "1" : "0"
    let unit = try KernelUnit(windows: "resize", macros)
    return CUDAKernel(
      unit.launch(
        kernel, grid: request.blocks(for: output.count),
        [.output(0), .input(0), .int64(output.count), .structure(sizes + dividers)]))
  }
}
