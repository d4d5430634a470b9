import CWeftKernels
import Glibc
import WeftOps

extension Conv2D: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planConvolution(self, request)
  }
}

extension Conv2DBackpropInput: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planConvolution(self, request)
  }
}

extension Conv2DBackpropFilter: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planConvolution(self, request)
  }
}

extension DepthwiseConv2dNative: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planConvolution(self, request)
  }
}

extension DepthwiseConv2dNativeBackpropInput: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planConvolution(self, request)
  }
}

extension DepthwiseConv2dNativeBackpropFilter: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planConvolution(self, request)
  }
}

private func planConvolution<D: ConvolutionDefinition>(_ definition: D, _ request: KernelRequest)
  throws(OpFailure) -> CPUKernel
{
  let result = request.outputs[0]
  let geometry = try ConvolutionGeometry(
    definition.settings, isDepthwise: D.isDepthwise,
    input: D.role == .input ? result.shape : request.inputs[0].shape,
    filter: D.role == .filter ? result.shape : request.inputs[1].shape)
  let operands = ConvolutionOperands(role: D.role, geometry: geometry, dtype: result.dtype)
  // Edges far wider than the images are filled with zeros nowhere but in the specification.
  guard geometry.rows.hasNarrowEdges, geometry.columns.hasNarrowEdges else {
    return planEvaluation(definition, request)
  }
  if geometry.isEmpty {
    let byteCount = result.byteCount
    return { (arguments) throws(OpFailure) in memset(arguments.output(0), 0, byteCount) }
  }
  if D.isDepthwise { return planDepthwise(operands) }
  if geometry.isProduct { return planProduct(operands) }
  return try planDirect(operands)
}

extension WindowAxis {
  /// Whether what the windows see beyond the edges is little.
  var hasNarrowEdges: Bool {
    let end = (output - 1) * stride + (window - 1) * dilation - before
    return before <= 1 << 16 && end <= input + 1 << 16 && (window - 1) * dilation <= 1 << 16
  }

  fileprivate var isIdentity: Bool { window == 1 && stride == 1 && output == input }
}

extension ConvolutionGeometry {
  /// Whether it is a matrix product of all positions: a window of one element that sees each once.
  var isProduct: Bool {
    rows.isIdentity && columns.isIdentity && dataFormat == .channelsLast
  }

  fileprivate var shape: weft_convolution_shape {
    weft_convolution_shape(
      batch: batch, channels: channels, filters: filters, in_rows: rows.input,
      in_columns: columns.input, out_rows: rows.output, out_columns: columns.output,
      filter_rows: rows.window, filter_columns: columns.window, stride_rows: rows.stride,
      stride_columns: columns.stride, dilation_rows: rows.dilation,
      dilation_columns: columns.dilation, pad_rows: rows.before, pad_columns: columns.before)
  }
}

private func planProduct(_ operands: ConvolutionOperands) -> CPUKernel {
  let geometry = operands.geometry
  let positions = geometry.batch * geometry.rows.input * geometry.columns.input
  let (channels, filters) = (geometry.channels, geometry.filters)
  let product =
    switch operands.role {
    case .output:
      MatrixProduct(m: positions, n: filters, k: channels, transposeA: false, transposeB: false)
    case .input:
      MatrixProduct(m: positions, n: channels, k: filters, transposeA: false, transposeB: true)
    case .filter:
      MatrixProduct(m: channels, n: filters, k: positions, transposeA: true, transposeB: false)
    }
  let (first, second) = (operands.first, operands.second)
  if operands.dtype == .float32 {
    return { (arguments) throws(OpFailure) in
      product.run(
        arguments.input(first, as: Float.self), arguments.input(second, as: Float.self),
        arguments.output(0, as: Float.self), pool: arguments.pool)
    }
  }
  return { (arguments) throws(OpFailure) in
    product.run(
      arguments.input(first, as: Double.self), arguments.input(second, as: Double.self),
      arguments.output(0, as: Double.self), pool: arguments.pool)
  }
}

private func planDirect(_ operands: ConvolutionOperands) throws(OpFailure) -> CPUKernel {
  let convolution = try PreparedConvolution(operands)
  return operands.kernel(scratch: convolution.scratchBytes) {
    first, second, result, scratch, pool in
    convolution.run(first, second, result, scratch, pool)
  }
}

private func planDepthwise(_ operands: ConvolutionOperands) -> CPUKernel {
  let (shape, role) = (operands.geometry.shape, operands.code)
  if operands.dtype == .float32 {
    return operands.kernel(scratch: 0) { first, second, result, _, pool in
      withUnsafePointer(to: shape) {
        weft_depthwise_f32(
          $0, role, first.assumingMemoryBound(to: Float.self),
          second.assumingMemoryBound(to: Float.self), result.assumingMemoryBound(to: Float.self),
          pool)
      }
    }
  }
  return operands.kernel(scratch: 0) { first, second, result, _, pool in
    withUnsafePointer(to: shape) {
      weft_depthwise_f64(
        $0, role, first.assumingMemoryBound(to: Double.self),
        second.assumingMemoryBound(to: Double.self), result.assumingMemoryBound(to: Double.self),
        pool)
    }
  }
}

/// A convolution prepared by the C kernels.
final class PreparedConvolution: @unchecked Sendable {
  // Sendable: not changed after init; runs only read it.
  private let plan: OpaquePointer
  let scratchBytes: Int

  init(_ operands: ConvolutionOperands) throws(OpFailure) {
    let shape = operands.geometry.shape
    let made = withUnsafePointer(to: shape) {
      weft_convolution_create($0, operands.code, operands.dtype.byteCount)
    }
    guard let made else {
      throw OpFailure("there is no memory to prepare a convolution", code: .outOfMemory)
    }
    plan = made
    scratchBytes = weft_convolution_scratch_bytes(made)
  }

  func run(
    _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ result: UnsafeMutableRawPointer,
    _ scratch: UnsafeMutableRawPointer,
    epilogue: UnsafePointer<weft_convolution_epilogue>? = nil, _ pool: OpaquePointer?
  ) {
    weft_convolution_run(plan, first, second, result, scratch, epilogue, pool)
  }

  deinit { weft_convolution_destroy(plan) }
}
