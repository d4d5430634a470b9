import CWeftKernels
import WeftOps

extension Conv2DEpilogue: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try ConvolutionGeometry(
      convolution.settings, isDepthwise: false, input: request.inputs[0].shape,
      filter: request.inputs[1].shape)
    guard geometry.dataFormat == .channelsLast, !geometry.isEmpty,
      geometry.rows.hasNarrowEdges, geometry.columns.hasNarrowEdges
    else { return planEvaluation(self, request) }
    if geometry.isProduct { return planProduct(geometry, request.outputs[0].dtype) }
    let operands = ConvolutionOperands(
      role: .output, geometry: geometry, dtype: request.outputs[0].dtype)
    let prepared = try PreparedConvolution(operands)
    let scratch = TaskScratch(byteCount: prepared.scratchBytes)
    return { (arguments) throws(OpFailure) in
      var epilogue = weft_convolution_epilogue(
        bias: self.biasInput.map { UnsafeRawPointer(arguments.input($0)) },
        relu: self.isRectified ? 1 : 0)
      scratch.with { memory in
        prepared.run(
          arguments.input(0), arguments.input(1), arguments.output(0),
          memory ?? arguments.output(0), epilogue: &epilogue, arguments.pool)
      }
    }
  }

  /// A window of one element: a product of matrices.
  private func planProduct(_ geometry: ConvolutionGeometry, _ dtype: DType) -> CPUKernel {
    let product = MatrixProduct(
      m: geometry.batch * geometry.rows.input * geometry.columns.input, n: geometry.filters,
      k: geometry.channels, transposeA: false, transposeB: false)
    return { (arguments) throws(OpFailure) in
      var epilogue = weft_gemm_epilogue(
        bias: self.biasInput.map { UnsafeRawPointer(arguments.input($0)) },
        relu: self.isRectified ? 1 : 0, mask: nil, ldmask: 0)
      if dtype == .float32 {
        product.run(
          arguments.input(0, as: Float.self), arguments.input(1, as: Float.self),
          arguments.output(0, as: Float.self), epilogue: &epilogue, pool: arguments.pool)
      } else {
        product.run(
          arguments.input(0, as: Double.self), arguments.input(1, as: Double.self),
          arguments.output(0, as: Double.self), epilogue: &epilogue, pool: arguments.pool)
      }
    }
  }
}
