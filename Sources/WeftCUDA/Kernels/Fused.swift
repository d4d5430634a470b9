import WeftDevice
import WeftOps

extension FusedReduction: CUDAKernelProviding {
  /// The formula's elements go to working memory, and are reduced from there.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let type = try formula.outputTypes(
      InferenceContext(inputs: request.inputs.map(\.value.type)))[0]
    let shape = type.shape.complete ?? []
    let inputs = request.inputs.map { (dtype: $0.dtype, shape: $0.shape) }
    var kernel = try planPointwise(
      expression, dtype: type.dtype, shape: shape, inputs: inputs,
      arguments: request.inputs.indices.map { .input($0) }, to: .scratch(0), request)
    let size = WorkspaceLayout.rounded(shape.reduce(1, *) * type.dtype.byteCount)
    let reduction = try planReduction(
      reductionMacros(function, type.dtype),
      over: try reducedAxes(axes, rank: shape.count), of: shape, at: .scratch(0), scratch: size,
      request)
    kernel.commands += reduction.commands
    kernel.scratchByteCount = max(size, reduction.scratchByteCount)
    return kernel
  }
}

extension FusedUpdate: CUDAKernelProviding {
  /// The gradient's formula goes to working memory, which the update reads in the gradient's place.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    guard let provider = update as? any CUDAKernelProviding else {
      throw OpFailure("\(update.typeName) has no CUDA kernel", code: .unsupported)
    }
    let variable = request.inputs[0]
    let inputs = request.inputs.map { (dtype: $0.dtype, shape: $0.shape) }
    var kernel = try planPointwise(
      expression, dtype: variable.dtype, shape: variable.shape, inputs: inputs,
      arguments: request.inputs.indices.map { .input($0) }, to: .scratch(0), request)
    kernel.scratchByteCount = variable.value.byteCount
    let own = CUDAKernelRequest(
      inputs: Array(request.inputs.prefix(update.inputNames.count)), outputs: request.outputs,
      multiprocessors: request.multiprocessors, mathMode: request.mathMode)
    for command in try provider.planCUDAKernel(own).commands {
      guard case .launch(let launch) = command else { continue }
      let arguments = launch.arguments.map {
        $0 == .input(update.gradientIndex) ? .scratch(0) : $0
      }
      kernel.commands.append(
        .launch(
          launch.unit.launch(
            launch.kernel, grid: launch.grid, block: launch.block,
            shared: launch.sharedByteCount, arguments)))
    }
    return kernel
  }
}
