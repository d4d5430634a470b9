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
    try planMaxPoolGradient(pooling, isRectified: false, request)
  }
}

extension MaxPoolReluGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planMaxPoolGradient(pooling, isRectified: true, request)
  }
}

private func planMaxPoolGradient(
  _ pooling: PoolingSettings, isRectified: Bool, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let plan = try PoolingPlan(pooling, images: request.inputs[0].shape, request)
  var kernel = try plan.overResults(
    "max_pool_pixels", [.scratch(0), .input(0)], then: [.int32(isRectified ? 1 : 0)])
  let back = try plan.overImages("max_pool_gradient", [.output(0), .scratch(0), .input(2)])
  kernel.commands += back.commands
  kernel.scratchByteCount = plan.geometry.outputCount * 4
  return kernel
}

extension MaxPoolWithArgmax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let plan = try PoolingPlan(
      pooling, images: request.inputs[0].shape, request, ["I": request.outputs[1].dtype.cudaType])
    return try plan.overResults(
      "max_pool_places", [.output(0), .output(1), .input(0)],
      then: [.int32(includesBatch ? 1 : 0)])
  }
}

extension MaxPoolGradWithArgmax: CUDAKernelProviding {
  /// The gradients of each place are summed in their order: several windows may have named it.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (slopes, places, output) = (request.inputs[1], request.inputs[2], request.outputs[0])
    let images = output.shape
    if places.count == 0 {
      return output.count == 0
        ? CUDAKernel()
        : CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: output.byteCount)])
    }
    let unit = try KernelUnit(file: "sort", ["PLACES": "1", "I": places.dtype.cudaType])
    let each = slopes.shape.dropFirst().reduce(1, *)
    let image = includesBatch ? 0 : images.dropFirst().reduce(1, *)
    let sorted = try SortedRows(count: places.count, limit: output.count, unit: unit, request) {
      unit.launch(
        "place_keys", grid: request.blocks(for: places.count),
        [
          .status, $0, .input(2), .int64(places.count), .int64(output.count), .int64(each),
          .int64(image),
        ])
    }
    var sums = KeyReduction.sum(output.dtype)
    sums.accumulator = sums.wide
    var kernel =
      output.count == 0
      ? CUDAKernel(commands: sorted.commands, scratchByteCount: sorted.scratchByteCount)
      : try planKeys(
        sums, sorted, data: 1, keys: output.count, count: places.count, request)
    kernel.failure = { _, detail in
      OpFailure(
        "the place \(FailedIndex(detail).number) is outside images of shape \(images)")
    }
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
  private let macros: [String: String]

  init(
    _ pooling: PoolingSettings, images: [Int], _ request: CUDAKernelRequest,
    _ macros: [String: String] = [:]
  ) throws(OpFailure) {
    self.macros = macros
    geometry = try PoolingGeometry(pooling, input: images)
    self.request = request
    try requireNarrow(
      geometry.inputCount, geometry.outputCount, geometry.rows.reach, geometry.columns.reach)
  }

  /// A thread for each result.
  func overResults(
    _ kernel: String, _ arguments: [CUDAKernel.Argument], then others: [CUDAKernel.Argument] = []
  ) throws(OpFailure) -> CUDAKernel {
    try launch(
      kernel, arguments, others, geometry.outputCount, geometry.rows.output,
      geometry.columns.output)
  }

  /// A thread for each element of the images.
  func overImages(_ kernel: String, _ arguments: [CUDAKernel.Argument]) throws(OpFailure)
    -> CUDAKernel
  {
    try launch(
      kernel, arguments, [], geometry.inputCount, geometry.rows.input, geometry.columns.input)
  }

  private func launch(
    _ kernel: String, _ arguments: [CUDAKernel.Argument], _ others: [CUDAKernel.Argument],
    _ count: Int, _ rows: Int, _ columns: Int
  ) throws(OpFailure) -> CUDAKernel {
    if count == 0 { return CUDAKernel() }
    let (down, across) = (geometry.rows, geometry.columns)
    let channels = geometry.dataFormat == .channelsLast ? geometry.channels : 1
    let sizes = [
      down.input, across.input, down.output, across.output, down.window, across.window,
      down.stride, across.stride, down.before, across.before, channels,
    ]
    let dividers = [rows, columns, channels].flatMap { Divider($0).structure }
    var macros = macros
    macros["T"] = request.outputs[0].dtype.cudaType
    let unit = try KernelUnit(windows: "pooling", macros)
    return CUDAKernel(
      unit.launch(
        kernel, grid: request.blocks(for: count),
        arguments + [.int64(count)] + others + [.structure(sizes + dividers)]))
  }
}
