import WeftDevice
import WeftOps

extension MaxPool: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let plan = try PoolingPlan(pooling, images: request.inputs[0].shape, request)
    return try plan.overResults("max_pool", [.output(0), .input(0)])
  }
}

extension MaxPoolGradGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let plan = try PoolingPlan(pooling, images: request.inputs[0].shape, request)
    return try plan.overResults("max_pool_pick", [.output(0), .input(0), .input(2)])
  }
}

extension MaxPoolGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let plan = try PoolingPlan(pooling, images: request.inputs[0].shape, request)
    var kernel = try plan.overResults("max_pool_pixels", [.scratch(0), .input(0)])
    let back = try plan.overImages(
      "max_pool_gradient", [.output(0), .scratch(0), .input(2)])
    kernel.commands += back.commands
    kernel.scratchByteCount = plan.geometry.outputCount * 4
    return kernel
  }
}

extension AvgPool: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let plan = try PoolingPlan(pooling, images: request.inputs[0].shape, request)
    return try plan.overResults("average_pool", [.output(0), .input(0)])
  }
}

extension AvgPoolGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let plan = try PoolingPlan(pooling, images: request.outputs[0].shape, request)
    return try plan.overImages("average_pool_gradient", [.output(0), .input(1)])
  }
}

/// The launches of pooling over images of one shape.
private struct PoolingPlan {
  let geometry: PoolingGeometry
  private let request: CUDAKernelRequest

  init(_ pooling: PoolingSettings, images: [Int], _ request: CUDAKernelRequest) throws(OpFailure) {
    geometry = try PoolingGeometry(pooling, input: images)
    self.request = request
    try requireNarrow(
      geometry.inputCount, geometry.outputCount, geometry.rows.reach, geometry.columns.reach)
  }

  /// A thread for each result.
  func overResults(_ kernel: String, _ arguments: [CUDAKernel.Argument]) throws(OpFailure)
    -> CUDAKernel
  {
    try launch(
      kernel, arguments, geometry.outputCount, geometry.rows.output, geometry.columns.output)
  }

  /// A thread for each element of the images.
  func overImages(_ kernel: String, _ arguments: [CUDAKernel.Argument]) throws(OpFailure)
    -> CUDAKernel
  {
    try launch(
      kernel, arguments, geometry.inputCount, geometry.rows.input, geometry.columns.input)
  }

  private func launch(
    _ kernel: String, _ arguments: [CUDAKernel.Argument], _ count: Int, _ rows: Int,
    _ columns: Int
  ) throws(OpFailure) -> CUDAKernel {
    if count == 0 { return CUDAKernel() }
    let (down, across) = (geometry.rows, geometry.columns)
    let channels = geometry.dataFormat == .channelsLast ? geometry.channels : 1
    let sizes = [
      down.input, across.input, down.output, across.output, down.window, across.window,
      down.stride, across.stride, down.before, across.before, channels,
    ]
    let dividers = [rows, columns, channels].flatMap { Divider($0).structure }
    let unit = try KernelUnit(
      windows: "pooling", ["T": request.outputs[0].dtype.cudaType])
    return CUDAKernel(
      unit.launch(
        kernel, grid: request.blocks(for: count),
        arguments + [.int64(count), .structure(sizes + dividers)]))
  }
}
