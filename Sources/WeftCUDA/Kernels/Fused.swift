import WeftDevice
import WeftOps

extension FusedReduction: CUDAKernelProviding {
  /// The formula is computed where its elements are reduced; they are never written.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let type = try formula.outputTypes(
      InferenceContext(inputs: request.inputs.map(\.value.type)))[0]
    let shape = type.shape.complete ?? []
    return try Reduction(
      reductionMacros(function, type.dtype), of: expression, dtype: type.dtype, shape: shape,
      inputs: request.inputs.map { ($0.dtype, $0.shape) },
      over: try reducedAxes(axes, rank: shape.count)
    ).plan(request)
  }
}

extension FusedUpdate: CUDAKernelProviding {
  /// The gradient's formula is computed where the update uses it. Where one of its operands is stretched over
  /// the variable, the gradient goes to working memory first.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    guard let provider = update as? any CUDAKernelProviding else {
      throw OpFailure("\(update.typeName) has no CUDA kernel", code: .unsupported)
    }
    let own = CUDAKernelRequest(
      inputs: Array(request.inputs.prefix(update.inputNames.count)), outputs: request.outputs,
      multiprocessors: request.multiprocessors, mathMode: request.mathMode)
    let kernel = try provider.planCUDAKernel(own)
    guard case .launch(let launch)? = kernel.commands.first, kernel.commands.count == 1 else {
      return kernel
    }
    let variable = request.inputs[0]
    let used = Set(expression.inputs).sorted()
    let isFlat = used.allSatisfy {
      request.inputs[$0].shape == variable.shape || request.inputs[$0].count == 1
    }
    return isFlat
      ? try planFlat(launch, used, request) : try planInTwo(launch, request)
  }

  private func planFlat(
    _ launch: CUDAKernel.Launch, _ used: [Int], _ request: CUDAKernelRequest
  ) throws(OpFailure) -> CUDAKernel {
    var source = PointwiseSource(inputs: request.inputs.map(\.dtype))
    let function = try source.function(expression, as: request.inputs[0].dtype)
    guard !source.mayFail else { return try planInTwo(launch, request) }
    var macros = launch.unit.macros
    macros["EXTRA"] = used.map { ", const \(request.inputs[$0].dtype.cudaType) *x\($0)" }.joined()
    let values = request.inputs.indices.map { index in
      guard used.contains(index) else { return "{}, " }
      // One element may be the whole variable: it is then the same.
      return request.inputs[index].count == 1 ? "x\(index)[0], " : "x\(index)[i], "
    }
    macros["GRADIENT(i)"] = "f(\(values.joined())nullptr)"
    let text = [KernelUnit.files["pointwise"] ?? "", function, launch.unit.text]
    let unit = KernelUnit(
      name: launch.unit.name, text: text.joined(separator: "\n"), macros: macros)
    return CUDAKernel(
      unit.launch(
        launch.kernel, grid: launch.grid, block: launch.block, shared: launch.sharedByteCount,
        launch.arguments + used.map { .input($0) }))
  }

  private func planInTwo(_ launch: CUDAKernel.Launch, _ request: CUDAKernelRequest)
    throws(OpFailure) -> CUDAKernel
  {
    let variable = request.inputs[0]
    var kernel = try planPointwise(
      expression, dtype: variable.dtype, shape: variable.shape,
      inputs: request.inputs.map { (dtype: $0.dtype, shape: $0.shape) },
      arguments: request.inputs.indices.map { .input($0) }, to: .scratch(0), request)
    kernel.scratchByteCount = variable.value.byteCount
    let arguments = launch.arguments.map {
      $0 == .input(update.gradientIndex) ? .scratch(0) : $0
    }
    kernel.commands.append(
      .launch(
        launch.unit.launch(
          launch.kernel, grid: launch.grid, block: launch.block,
          shared: launch.sharedByteCount, arguments)))
    return kernel
  }
}
