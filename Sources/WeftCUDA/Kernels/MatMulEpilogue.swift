import WeftDevice
import WeftOps

extension ExecutionPlan.Step {
  /// Whether a product's results are rectified here.
  var isRectifiedProduct: Bool {
    (definition as? MatMulEpilogue)?.epilogue.isRectified == true
  }
}

extension MatMulEpilogue: CUDAKernelProviding {
  /// cuBLASLt adds a bias and rectifies in the product itself; the mask, and all of it for `float64`, is
  /// one pass over the result.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    var product = product.product(request, left: 0, to: .output(0))
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    var rest = expression
    if product.dtype == .float32, product.k > 0 {
      product.bias = biasInput.map { .input($0) }
      product.isRectified = epilogue.isRectified && request.usesRectifiers
      rest = .input(0)
      if epilogue.isRectified, !product.isRectified { rest = .binary(.maximum, rest, 0) }
      if let maskInput { rest = .select(.input(maskInput - 1) .> 0, rest, 0) }
    }
    var kernel = try planProduct(product, request)
    guard rest != .input(0) else { return kernel }
    let operands =
      [(dtype: output.dtype, shape: output.shape)]
      + request.inputs.dropFirst(2).map { (dtype: $0.dtype, shape: $0.shape) }
    let arguments =
      [CUDAKernel.Argument.output(0)]
      + request.inputs.indices.dropFirst(2).map { .input($0) }
    let pass = try planPointwise(
      rest, dtype: output.dtype, shape: output.shape, inputs: operands, arguments: arguments,
      to: .output(0), request)
    kernel.commands += pass.commands
    return kernel
  }
}
