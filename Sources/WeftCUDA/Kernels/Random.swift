import WeftDevice
import WeftOps

/// The macro that says for which type random numbers are.
private func randomKind(_ dtype: DType) throws(OpFailure) -> String {
  switch dtype {
  case .float32: "FLOAT"
  case .float64: "DOUBLE"
  case .float16: "HALF"
  case .bfloat16: "BFLOAT16"
  default: throw OpFailure("not defined for \(dtype)", code: .unsupported)
  }
}

/// A fill of the output from the operation's random stream: 256 blocks are set aside for every element,
/// as TensorFlow does.
private func planFill(_ kernel: String, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let output = request.outputs[0]
  let unit = try KernelUnit(
    file: "random", ["T": output.dtype.cudaType, try randomKind(output.dtype): "1"])
  return planFill(kernel, of: unit, to: .output(0), request)
}

private func planFill(
  _ kernel: String, of unit: KernelUnit, to target: CUDAKernel.Argument,
  _ request: CUDAKernelRequest
) -> CUDAKernel {
  let count = request.outputs[0].count
  var result = CUDAKernel(commands: [], randomBlocks: UInt64(count) &* 256)
  if count == 0 { return result }
  result.commands = [
    .launch(
      unit.launch(
        kernel, grid: request.blocks(for: (count + 3) / 4), [target, .random, .int64(count)]))
  ]
  return result
}

/// A formula of uniform numbers in one launch; nil if it cannot be.
func planUniform(
  _ request: CUDAKernelRequest, _ expression: ScalarExpression, as dtype: DType,
  to target: CUDAKernel.Argument
) throws(OpFailure) -> CUDAKernel? {
  let drawn = request.outputs[0].dtype
  var source = PointwiseSource(inputs: [drawn])
  let function = try source.function(expression, as: dtype)
  if source.mayFail { return nil }
  let macros = [
    "T": drawn.cudaType, try randomKind(drawn): "1", "R": dtype.cudaType,
    "VALUE(u)": "f(u, nullptr)",
  ]
  let own = try KernelUnit(file: "random", macros)
  let text = [KernelUnit.files["pointwise"] ?? "", function, own.text]
  let unit = KernelUnit(name: own.name, text: text.joined(separator: "\n"), macros: macros)
  return planFill("uniform_fill", of: unit, to: target, request)
}

extension RandomUniform: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planFill("uniform_fill", request)
  }
}

extension RandomStandardNormal: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planFill("normal_fill", request)
  }
}

extension TruncatedNormal: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planFill("truncated_fill", request)
  }
}

extension RandomUniformInt: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let wide = output.dtype == .int64 ? "unsigned long long" : "unsigned"
    let unit = try KernelUnit(
      file: "random", ["T": output.dtype.cudaType, "W": wide, "WHOLE": "1"])
    // A launch without elements still looks at the bounds.
    return CUDAKernel(
      unit.launch(
        "integer_fill", grid: request.blocks(for: output.count),
        [.status, .output(0), .random, .input(1), .input(2), .int64(output.count)]),
      randomBlocks: UInt64(output.count) &* 256,
      failure: { _, _ in OpFailure("the range is empty", code: .evaluationFailed) })
  }
}

/// A fill from a seed that is an operand: where its numbers begin is computed first.
private func planStateless(_ kernel: String, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let output = request.outputs[0]
  if output.count == 0 { return CUDAKernel() }
  let unit = try KernelUnit(
    file: "random",
    [
      "T": output.dtype.cudaType, try randomKind(output.dtype): "1",
      "SEED": request.inputs[1].dtype.cudaType,
    ])
  return CUDAKernel(
    unit.launch("seed_position", grid: 1, block: 32, [.scratch(0), .input(1)]),
    unit.launch(
      kernel, grid: request.blocks(for: (output.count + 3) / 4),
      [.output(0), .scratch(0), .int64(output.count)]),
    scratchByteCount: 24)
}

extension StatelessRandomUniform: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planStateless("uniform_fill", request)
  }
}

extension StatelessRandomNormal: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planStateless("normal_fill", request)
  }
}

extension StatelessTruncatedNormal: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planStateless("truncated_fill", request)
  }
}
