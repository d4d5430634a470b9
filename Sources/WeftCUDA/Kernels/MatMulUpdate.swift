import WeftDevice
import WeftOps

extension MatMulDescent: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let product = product.product(request, left: 2, to: .input(0))
    if let rate = request.inputs[1].constant?.doubles.first {
      // As the update computes it, in the variable's type.
      let beta =
        product.dtype == .float32
        ? Double(1 - Float(rate) * Float(decay)) : 1 - rate * decay
      return try planScaled(product, .numbers(alpha: -rate, beta: beta), nil, request)
    }
    let unit = try KernelUnit(file: "matmul", scaleMacros(product.dtype))
    let scale = unit.launch(
      "descent_scale", grid: 1, block: 32, [.scratch(0), .input(1), .double(decay)])
    return try planScaled(product, .scratch(0), scale, request)
  }
}

extension MatMulAccumulate: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let product = product.product(request, left: 2, to: .input(0))
    if let momentum = request.inputs[1].constant?.doubles.first {
      return try planScaled(product, .numbers(alpha: 1, beta: momentum), nil, request)
    }
    let unit = try KernelUnit(file: "matmul", scaleMacros(product.dtype))
    let scale = unit.launch("accumulate_scale", grid: 1, block: 32, [.scratch(0), .input(1)])
    return try planScaled(product, .scratch(0), scale, request)
  }
}

private func scaleMacros(_ dtype: DType) -> [String: String] {
  ["T": dtype.cudaType, "W": "unsigned"]
}

/// A product that writes into a variable, after the launch that computes its scale if there is one.
private func planScaled(
  _ product: CUDAProduct, _ scale: CUDAProduct.Scale, _ first: CUDAKernel.Launch?,
  _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let count = product.m * product.n
  if count == 0 { return CUDAKernel() }
  var commands = first.map { [CUDAKernel.Command.launch($0)] } ?? []
  if product.k > 0 {
    var scaled = product
    scaled.scale = scale
    commands.append(.product(scaled))
  } else if case .numbers(_, let beta) = scale {
    // Nothing is added; what remains is the factor of the variable.
    commands += try planPointwise(
      .input(0) * .constant(beta), dtype: product.dtype, shape: request.inputs[0].shape,
      inputs: [(product.dtype, request.inputs[0].shape)], arguments: [.input(0)], to: .input(0),
      request
    ).commands
  } else {
    let unit = try KernelUnit(file: "matmul", scaleMacros(product.dtype))
    commands.append(
      .launch(
        unit.launch(
          "scale", grid: request.blocks(for: count), [.input(0), .scratch(0), .int64(count)])))
  }
  return CUDAKernel(commands: commands, scratchByteCount: 16)
}
