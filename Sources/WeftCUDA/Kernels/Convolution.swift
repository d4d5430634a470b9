import WeftDevice
import WeftOps

extension Conv2D: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planConvolution(self, request)
  }
}

extension Conv2DEpilogue: CUDAKernelProviding {
  /// A bias and a rectifier where the result is stored; after a product of matrices, in a pass.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    var kernel = try planConvolution(
      convolution, request, bias: biasInput.map { .input($0) }, isRectified: isRectified)
    let output = request.outputs[0]
    let isStored = kernel.commands.contains { if case .launch = $0 { true } else { false } }
    if isStored || output.count == 0 { return kernel }
    let pass = try planPointwise(
      expression, dtype: output.dtype, shape: output.shape,
      inputs: [(dtype: output.dtype, shape: output.shape)]
        + request.inputs.dropFirst(2).map { (dtype: $0.dtype, shape: $0.shape) },
      arguments: [.output(0)] + (biasInput.map { [.input($0)] } ?? []), to: .output(0), request)
    kernel.commands += pass.commands
    return kernel
  }
}

extension Conv2DBackpropInput: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planConvolution(self, request)
  }
}

extension Conv2DBackpropFilter: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planConvolution(self, request)
  }
}

/// The geometry of a convolution or a gradient of one, from its operands' shapes.
func geometry<D: ConvolutionDefinition>(of definition: D, _ request: CUDAKernelRequest)
  throws(OpFailure) -> ConvolutionGeometry
{
  let result = request.outputs[0].shape
  return try ConvolutionGeometry(
    definition.settings, isDepthwise: D.isDepthwise,
    input: D.role == .input ? result : request.inputs[0].shape,
    filter: D.role == .filter ? result : request.inputs[1].shape)
}

extension ConvolutionGeometry {
  /// Whether each result sees one pixel, its own.
  var isPointwise: Bool {
    [rows, columns].allSatisfy {
      $0.window == 1 && $0.stride == 1 && $0.before == 0 && $0.input == $0.output
    }
  }

  /// The elements of images and of results.
  var imageCount: Int { batch * rows.input * columns.input * channels }
  var resultCount: Int { batch * rows.output * columns.output * outputChannels }

  /// How the images and the results lie in memory.
  var strides: [Int] {
    dataFormat.strides(rows: rows.input, columns: columns.input, channels: channels)
      + dataFormat.strides(rows: rows.output, columns: columns.output, channels: outputChannels)
  }

  /// Throws unless all positions are numbers of 32 bits.
  func requireNarrow() throws(OpFailure) {
    try WeftCUDA.requireNarrow(
      imageCount, resultCount, rows.reach, columns.reach,
      rows.window * columns.window * channels * filters)
  }
}

extension ConvolutionRole {
  /// The macro that names the tensor which is computed.
  var macro: String {
    switch self {
    case .output: "OUTPUT"
    case .input: "INPUT"
    case .filter: "FILTER"
    }
  }
}

private func planConvolution<D: ConvolutionDefinition>(
  _ definition: D, _ request: CUDAKernelRequest, bias: CUDAKernel.Argument? = nil,
  isRectified: Bool = false
)
  throws(OpFailure) -> CUDAKernel
{
  let result = request.outputs[0]
  if result.count == 0 { return CUDAKernel() }
  let geometry = try geometry(of: definition, request)
  if geometry.isEmpty {
    return CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: result.byteCount)])
  }
  if geometry.isPointwise, geometry.dataFormat == .channelsLast {
    return planPointwiseConvolution(D.role, geometry, result.dtype)
  }
  try geometry.requireNarrow()
  let product = ConvolutionProduct(D.role, geometry)
  // Large tiles where they are enough for the whole GPU.
  let wide = (product.rows + 127) / 128 * ((product.columns + 127) / 128)
  let isWide =
    result.dtype == .float32 && product.columns > 64 && wide >= request.multiprocessors
  let tile = isWide ? 128 : 64
  let grid = ((product.rows + tile - 1) / tile, (product.columns + tile - 1) / tile)
  guard grid.1 < 65_536 else {
    throw OpFailure("more than 4 million filters or channels", code: .unsupported)
  }
  // Parts of the depth where there are too few tiles, as for the gradient of filters.
  let wanted = request.multiprocessors * 2 / max(1, grid.0 * grid.1)
  var parts = max(1, min(wanted, product.depth / 256, 256))
  if D.role != .filter { parts = 1 }
  let chunk = (product.depth + parts * 16 - 1) / (parts * 16) * 16
  parts = (product.depth + chunk - 1) / chunk
  let isPlanar = geometry.dataFormat == .channelsFirst
  let unit = try KernelUnit(
    windows: "convolution",
    [
      "T": result.dtype.cudaType, D.role.macro: "1", "SIDE": isWide ? "8" : "4",
      "ALONG_ROWS": isPlanar || D.role == .filter ? "1" : "0",
    ])
  let operands: [CUDAKernel.Argument] =
    switch D.role {
    case .output: [.input(0), .input(1)]
    case .input: [.input(2), .input(1)]
    case .filter: [.input(0), .input(2)]
    }
  let sizes = [product.rows, product.columns, product.depth, chunk]
  // Some address where there is no bias.
  let steps = (bias == nil ? 0 : 1) + (isRectified ? 2 : 0)
  let epilogue: [CUDAKernel.Argument] =
    D.role == .output ? [bias ?? .output(0), .int32(steps)] : []
  let convolve = unit.launch(
    "convolve", grid: [grid.0, grid.1, parts], block: [256, 1, 1],
    [.output(0), .scratch(0)] + operands + sizes.map { .int32($0) } + epilogue
      + [.structure(product.structure)])
  if parts == 1 { return CUDAKernel(convolve) }
  return CUDAKernel(
    convolve,
    unit.launch(
      "add_parts", grid: request.blocks(for: result.count),
      [.output(0), .scratch(0), .int64(result.count), .int32(parts)]),
    scratchByteCount: parts * result.byteCount)
}

/// A window of one pixel: a product of matrices as they lie.
private func planPointwiseConvolution(
  _ role: ConvolutionRole, _ geometry: ConvolutionGeometry, _ dtype: DType
) -> CUDAKernel {
  let pixels = geometry.batch * geometry.rows.output * geometry.columns.output
  let (channels, filters) = (geometry.channels, geometry.filters)
  let product =
    switch role {
    case .output:
      CUDAProduct(
        m: pixels, n: filters, k: channels, dtype: dtype, a: .input(0), b: .input(1),
        d: .output(0))
    case .input:
      CUDAProduct(
        m: pixels, n: channels, k: filters, transposeB: true, dtype: dtype, a: .input(2),
        b: .input(1), d: .output(0))
    case .filter:
      CUDAProduct(
        m: channels, n: filters, k: pixels, transposeA: true, dtype: dtype, a: .input(0),
        b: .input(2), d: .output(0))
    }
  return CUDAKernel(commands: [.product(product)])
}

/// The product of matrices that a convolution or a gradient of one is.
private struct ConvolutionProduct {
  let rows: Int
  let columns: Int
  let depth: Int
  /// As the kernel takes it.
  let structure: [Int]

  init(_ role: ConvolutionRole, _ geometry: ConvolutionGeometry) {
    let (down, across) = (geometry.rows, geometry.columns)
    let (channels, filters) = (geometry.channels, geometry.filters)
    let taps = down.window * across.window
    let results = geometry.batch * down.output * across.output
    switch role {
    case .output: (rows, columns, depth) = (results, filters, taps * channels)
    case .input:
      (rows, columns, depth) = (
        geometry.batch * down.input * across.input, channels, taps * filters
      )
    case .filter: (rows, columns, depth) = (taps * channels, filters, results)
    }
    let pixels = role == .input ? (down.input, across.input) : (down.output, across.output)
    let dividers = [
      Divider(pixels.0), Divider(pixels.1), Divider(across.window),
      Divider(role == .input ? filters : channels),
    ]
    let sizes = [
      down.input, across.input, down.output, across.output, down.stride, across.stride,
      down.dilation, across.dilation, down.before, across.before, channels, filters,
    ]
    structure = sizes + geometry.strides + dividers.flatMap(\.structure)
  }
}
