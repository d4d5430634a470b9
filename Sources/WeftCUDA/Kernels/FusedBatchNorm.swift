import WeftDevice
import WeftOps

extension FusedBatchNormV3: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let x = request.inputs[0]
    let plan = try ChannelPlan(x.shape, dataFormat, request)
    let unit = try plan.unit(x.dtype)
    let table = isTraining ? plan.parts * plan.channels * 16 : 0
    var launches: [CUDAKernel.Launch] = []
    if isTraining {
      launches.append(
        unit.launch(
          "moment_sums", grid: plan.grid, block: [256, 1, 1],
          [.scratch(0), .input(0), plan.layout]))
    }
    let outputs = (1..<6).map { CUDAKernel.Argument.output($0) }
    // Given means and variances are not looked at in training, and may be empty.
    let given: [CUDAKernel.Argument] =
      isTraining ? [.input(0), .input(0)] : [.input(3), .input(4)]
    launches.append(
      unit.launch(
        "moments", grid: request.blocks(for: plan.channels),
        [.scratch(table)] + outputs + [.scratch(0), .input(0), .input(1)] + given
          + [.double(epsilon), .int32(isTraining ? plan.parts : 0), plan.layout]))
    launches.append(
      unit.launch(
        "normalize", grid: request.blocks(for: x.count),
        [
          .output(0), .input(0), .scratch(table), .input(2), .int64(x.count), plan.layout,
        ]))
    return CUDAKernel(
      commands: launches.map { .launch($0) }, scratchByteCount: table + plan.channels * 16)
  }
}

extension FusedBatchNormGradV3: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let x = request.inputs[1]
    let plan = try ChannelPlan(x.shape, dataFormat, request)
    let unit = try plan.unit(x.dtype)
    let table = plan.parts * plan.channels * 16
    return CUDAKernel(
      unit.launch(
        "slope_sums", grid: plan.grid, block: [256, 1, 1],
        [.scratch(0), .input(0), .input(1), .input(3), plan.layout]),
      unit.launch(
        "slopes", grid: request.blocks(for: plan.channels),
        [
          .scratch(table), .output(1), .output(2), .scratch(0), .input(2), .input(4),
          .double(epsilon), .int32(plan.parts), .int32(isTraining ? 1 : 0), plan.layout,
        ]),
      unit.launch(
        "normalize_gradient", grid: request.blocks(for: x.count),
        [
          .output(0), .input(0), .input(1), .input(3), .scratch(table), .int64(x.count),
          plan.layout,
        ]),
      scratchByteCount: table + plan.channels * 24)
  }
}

/// Sums over each channel of images: how they are shared out.
private struct ChannelPlan {
  let channels: Int
  /// The blocks that share a channel.
  let parts: Int
  let grid: [Int]
  let layout: CUDAKernel.Argument
  private let isPlanar: Bool

  init(_ shape: [Int], _ format: DataFormat, _ request: CUDAKernelRequest) throws(OpFailure) {
    let axis = format.channelAxis(rank: shape.count)
    channels = shape[axis]
    isPlanar = format == .channelsFirst
    let inner = shape[(axis + 1)...].reduce(1, *)
    let total = shape.reduce(1, *)
    guard total > 0 else { throw OpFailure("images without elements", code: .unsupported) }
    try requireNarrow(total)
    let count = total / channels
    let columns = isPlanar ? channels : (channels + 31) / 32
    let each = isPlanar ? 256 : 8
    parts = max(1, min(request.multiprocessors * 4 / columns, count / (each * 8), 256))
    grid = [columns, parts, 1]
    layout = .structure([channels, inner, count] + Divider(inner).structure)
  }

  func unit(_ dtype: DType) throws(OpFailure) -> KernelUnit {
    try KernelUnit(
      windows: "batch_norm", ["T": dtype.cudaType, "PLANAR": isPlanar ? "1" : "0"])
  }
}
