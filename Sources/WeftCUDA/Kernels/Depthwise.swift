import WeftDevice
import WeftOps

extension DepthwiseConv2dNative: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planDepthwise(self, request)
  }
}

extension DepthwiseConv2dNativeBackpropInput: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planDepthwise(self, request)
  }
}

extension DepthwiseConv2dNativeBackpropFilter: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planDepthwise(self, request)
  }
}

private func planDepthwise<D: ConvolutionDefinition>(_ definition: D, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let result = request.outputs[0]
  if result.count == 0 { return CUDAKernel() }
  let geometry = try geometry(of: definition, request)
  if geometry.isEmpty {
    return CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: result.byteCount)])
  }
  try geometry.requireNarrow()
  let (down, across) = (geometry.rows, geometry.columns)
  let isPlanar = geometry.dataFormat == .channelsFirst
  let unit = try KernelUnit(
    windows: "depthwise",
    ["T": result.dtype.cudaType, D.role.macro: "1", "PLANAR": isPlanar ? "1" : "0"])
  var axes: [Int]
  switch D.role {
  case .output:
    let channels = geometry.outputChannels
    axes =
      isPlanar ? [channels, down.output, across.output] : [down.output, across.output, channels]
  case .input:
    axes =
      isPlanar
      ? [geometry.channels, down.input, across.input]
      : [down.input, across.input, geometry.channels]
  case .filter: axes = [down.output, across.output, 1]
  }
  axes.append(geometry.filters)
  let sizes = [
    down.input, across.input, down.output, across.output, down.stride, across.stride,
    down.dilation, across.dilation, down.before, across.before, down.window, across.window,
    geometry.channels, geometry.filters,
  ]
  let structure = CUDAKernel.Argument.structure(
    sizes + geometry.strides + axes.flatMap { Divider($0).structure })
  guard D.role == .filter else {
    return CUDAKernel(
      unit.launch(
        "depthwise", grid: request.blocks(for: result.count),
        [
          .output(0), .input(D.role == .output ? 0 : 2), .input(1), .int64(result.count),
          structure,
        ]))
  }
  let pixels = geometry.batch * down.output * across.output
  let (lanes, taps) = ((geometry.outputChannels + 31) / 32, down.window * across.window)
  guard taps < 65_536 else { throw OpFailure("a window of \(taps) taps", code: .unsupported) }
  let parts = max(1, min(request.multiprocessors * 4 / (lanes * taps), pixels / 256, 256))
  return CUDAKernel(
    unit.launch(
      "depthwise", grid: [lanes, taps, parts], block: [256, 1, 1],
      [.scratch(0), .input(0), .input(2), .int32(pixels), structure]),
    unit.launch(
      "depthwise_parts", grid: request.blocks(for: result.count),
      [.output(0), .scratch(0), .int64(result.count), .int32(parts)]),
    scratchByteCount: parts * result.count * 8)
}
