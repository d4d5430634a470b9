import WeftDevice
import WeftOps

extension SoftmaxCrossEntropyWithLogits: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let shape = request.outputs[1].shape
    if shape[0] == 0 { return CUDAKernel() }
    if shape[1] == 0 {
      return CUDAKernel(commands: [
        .fill(.output(0), byte: 0, byteCount: request.outputs[0].byteCount)
      ])
    }
    let rows = RowLaunch(shape)
    let unit = try KernelUnit(file: "softmax", ["T": request.inputs[0].dtype.cudaType])
    let strides = request.inputs.prefix(2).flatMap { operand in
      broadcastStrides(of: operand.shape, to: shape).map { CUDAKernel.Argument.int64($0) }
    }
    return CUDAKernel(
      unit.launch(
        "cross_entropy", grid: rows.grid,
        [
          .output(0), .output(1), .input(0), .input(1), .int64(rows.count),
          .int64(rows.columns),
        ] + strides + [.int32(rows.width)]))
  }
}

extension SparseSoftmaxCrossEntropyWithLogits: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let rows = RowLaunch(request.outputs[1].shape)
    if rows.count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(
      file: "softmax",
      ["T": request.inputs[0].dtype.cudaType, "L": request.inputs[1].dtype.cudaType])
    return CUDAKernel(
      unit.launch(
        "sparse_cross_entropy", grid: rows.grid,
        [
          .status, .output(0), .output(1), .input(0), .input(1), .int64(rows.count),
          .int64(rows.columns), .int32(rows.width),
        ]),
      failure: { _, row in
        OpFailure(
          "the label of row \(row) is outside the \(rows.columns) classes",
          code: .evaluationFailed)
      })
  }
}

extension L2Loss: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let input = request.inputs[0]
    return try planSum(
      of: .square, finish: "((a) / 2)", over: Set(input.shape.indices), request)
  }
}

extension BiasAddChannelsFirst: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (value, bias) = (request.inputs[0], request.inputs[1])
    let column = value.shape.indices.dropFirst().map { $0 == 1 ? value.shape[1] : 1 }
    return try planPointwise(
      .input(0) + .input(1), dtype: value.dtype, shape: value.shape,
      inputs: [(value.dtype, value.shape), (bias.dtype, column)],
      arguments: [.input(0), .input(1)], to: .output(0), request)
  }
}

extension BiasAddGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let shape = request.inputs[0].shape
    let channel = dataFormat.channelAxis(rank: shape.count)
    return try planReduction(.sum, over: Set(shape.indices).subtracting([channel]), request)
  }
}
