import CWeftKernels
import WeftOps

extension BiasAddChannelsFirst: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (value, bias) = (request.inputs[0], request.inputs[1])
    let column = value.shape.indices.dropFirst().map { $0 == 1 ? value.shape[1] : 1 }
    let stood = ExecutionPlan.Value(
      dtype: bias.dtype, shape: column, storage: bias.value.storage)
    let operands = [value, KernelRequest.Operand(value: stood, constant: nil)]
    return try planPointwise(
      .input(0) + .input(1), KernelRequest(inputs: operands, outputs: request.outputs))
  }
}

extension BiasAddGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let input = request.inputs[0]
    let channel = dataFormat.channelAxis(rank: input.shape.count)
    guard channel == input.shape.count - 1, input.dtype.isFloating else {
      return planReduction(
        WEFT_REDUCE_SUM, over: Set(input.shape.indices).subtracting([channel]), input)
    }
    let (rows, columns) = rowsAndColumns(input.shape)
    let scratch = TaskScratch(
      byteCount: weft_bias_grad_scratch_bytes(rows, columns, input.dtype.byteCount))
    let isFloat = input.dtype == .float32
    return { (arguments) throws(OpFailure) in
      scratch.with { memory in
        // A pointer is needed even where nothing is written to it.
        let memory = memory ?? arguments.output(0)
        if isFloat {
          weft_bias_grad_f32(
            arguments.input(0, as: Float.self), arguments.output(0, as: Float.self), rows,
            columns, memory, arguments.pool)
        } else {
          weft_bias_grad_f64(
            arguments.input(0, as: Double.self), arguments.output(0, as: Double.self), rows,
            columns, memory, arguments.pool)
        }
      }
    }
  }
}
