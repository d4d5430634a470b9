import CWeftKernels
import WeftOps

extension TopKV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let input = request.inputs[0]
    guard input.dtype != .uint8 else { return planEvaluation(self, request) }
    let (rows, columns) = rowsAndColumns(input.shape)
    let k = request.outputs[0].shape.last ?? 0
    let dtype = Int32(input.dtype.rawValue)
    return { (arguments) throws(OpFailure) in
      let status = weft_top_k(
        dtype, arguments.output(0), arguments.output(1, as: Int32.self), arguments.input(0), rows,
        columns, k, arguments.pool)
      if status != WEFT_MOVE_OK.rawValue {
        throw OpFailure("no kernel for \(input.dtype)", code: .unsupported)
      }
    }
  }
}

extension Select: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    var operands = request.inputs
    let (condition, rank) = (operands[0], operands[1].shape.count)
    if condition.shape.count == 1, rank > 1 {
      // One truth value for each row.
      let column = condition.shape + Array(repeating: 1, count: rank - 1)
      operands[0] = KernelRequest.Operand(
        value: ExecutionPlan.Value(
          dtype: condition.dtype, shape: column, storage: condition.value.storage), constant: nil)
    }
    return try planPointwise(
      .select(.input(0), .input(1), .input(2)),
      KernelRequest(inputs: operands, outputs: request.outputs))
  }
}
