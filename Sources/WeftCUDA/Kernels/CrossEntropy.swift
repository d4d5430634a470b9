import WeftDevice
import WeftOps

/// What the kernel of a loss over rows does besides: each is a value of the plan.
struct LossExtras {
  /// A formula of the gradient that takes its place.
  struct Formula {
    let expression: ScalarExpression
    /// Its operands: the gradient, and single numbers.
    let operands: [Int]
    /// Which of them is the gradient.
    let gradient: Int
    let result: Int
  }

  /// The mean of the losses.
  var mean: Int?
  /// The softmax of the logits.
  var probabilities: Int?
  var gradient: Formula?
}

/// A loss of each row of logits with its gradient, in one launch.
protocol RowLoss: OpDefinition {
  func planLoss(_ request: CUDAKernelRequest, _ extras: LossExtras) throws(OpFailure) -> CUDAKernel
}

extension LossExtras {
  /// The macros and further arguments of the kernel, and what it needs for a mean.
  func complete(
    _ kernel: String, _ macros: [String: String], _ rows: RowLaunch, dtype: DType,
    _ arguments: [CUDAKernel.Argument]
  ) throws(OpFailure) -> CUDAKernel {
    var (macros, arguments) = (macros, arguments)
    var result = CUDAKernel()
    if let mean {
      macros["MEAN"] = "1"
      arguments += [.value(mean), .scratch(0), .tickets(0)]
      (result.scratchByteCount, result.ticketCount) = (rows.grid * 8, 1)
    }
    if let probabilities {
      macros["PROBABILITIES"] = "1"
      arguments.append(.value(probabilities))
    }
    var unit = try KernelUnit(file: "softmax", macros)
    if let gradient {
      let types = gradient.operands.map { _ in dtype }
      var source = PointwiseSource(inputs: types)
      let function = try source.function(gradient.expression, as: dtype)
      if source.mayFail { throw OpFailure("a gradient that may fail", code: .unsupported) }
      let others = gradient.operands.indices.filter { $0 != gradient.gradient }
      let values = gradient.operands.indices.map { $0 == gradient.gradient ? "g, " : "x\($0)[0], " }
      macros["GRADIENT(g)"] = "f(\(values.joined())nullptr)"
      macros["EXTRA"] = others.map { ", const \(dtype.cudaType) *x\($0)" }.joined()
      arguments += others.map { .value(gradient.operands[$0]) }
      let text = [KernelUnit.files["pointwise"] ?? "", function, unit.text]
      unit = KernelUnit(name: unit.name, text: text.joined(separator: "\n"), macros: macros)
    }
    result.commands = [.launch(unit.launch(kernel, grid: rows.grid, arguments))]
    return result
  }

  /// Where the gradient goes.
  var target: CUDAKernel.Argument { gradient.map { .value($0.result) } ?? .output(1) }
}

extension SoftmaxCrossEntropyWithLogits: CUDAKernelProviding, RowLoss {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planLoss(request, LossExtras())
  }

  func planLoss(_ request: CUDAKernelRequest, _ extras: LossExtras) throws(OpFailure)
    -> CUDAKernel
  {
    let shape = request.outputs[1].shape
    if shape[0] == 0 { return CUDAKernel() }
    if shape[1] == 0 {
      return CUDAKernel(commands: [
        .fill(.output(0), byte: 0, byteCount: request.outputs[0].byteCount)
      ])
    }
    let rows = RowLaunch(shape)
    let dtype = request.inputs[0].dtype
    let strides = request.inputs.prefix(2).flatMap { operand in
      broadcastStrides(of: operand.shape, to: shape).map { CUDAKernel.Argument.int64($0) }
    }
    return try extras.complete(
      "cross_entropy", ["T": dtype.cudaType], rows, dtype: dtype,
      [
        .output(0), extras.target, .input(0), .input(1), .int64(rows.count), .int64(rows.columns),
      ] + strides + [.int32(rows.width)])
  }
}

extension SparseSoftmaxCrossEntropyWithLogits: CUDAKernelProviding, RowLoss {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planLoss(request, LossExtras())
  }

  func planLoss(_ request: CUDAKernelRequest, _ extras: LossExtras) throws(OpFailure)
    -> CUDAKernel
  {
    let rows = RowLaunch(request.outputs[1].shape)
    if rows.count == 0 { return CUDAKernel() }
    let dtype = request.inputs[0].dtype
    var kernel = try extras.complete(
      "sparse_cross_entropy",
      ["T": dtype.cudaType, "L": request.inputs[1].dtype.cudaType], rows, dtype: dtype,
      [
        .status, .output(0), extras.target, .input(0), .input(1), .int64(rows.count),
        .int64(rows.columns), .int32(rows.width),
      ])
    kernel.failure = { _, row in
      OpFailure(
        "the label of row \(row) is outside the \(rows.columns) classes",
        code: .evaluationFailed)
    }
    return kernel
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
