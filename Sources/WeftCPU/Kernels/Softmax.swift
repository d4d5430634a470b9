import CWeftKernels
import WeftOps

extension Softmax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (rows, columns) = rowsAndColumns(request.inputs[0].shape)
    if request.inputs[0].dtype == .float32 {
      return { (arguments) throws(OpFailure) in
        weft_softmax_f32(
          arguments.input(0, as: Float.self), arguments.output(0, as: Float.self), rows, columns,
          arguments.pool)
      }
    }
    return { (arguments) throws(OpFailure) in
      weft_softmax_f64(
        arguments.input(0, as: Double.self), arguments.output(0, as: Double.self), rows, columns,
        arguments.pool)
    }
  }
}

extension LogSoftmax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (rows, columns) = rowsAndColumns(request.inputs[0].shape)
    if request.inputs[0].dtype == .float32 {
      return { (arguments) throws(OpFailure) in
        weft_log_softmax_f32(
          arguments.input(0, as: Float.self), arguments.output(0, as: Float.self), rows, columns,
          arguments.pool)
      }
    }
    return { (arguments) throws(OpFailure) in
      weft_log_softmax_f64(
        arguments.input(0, as: Double.self), arguments.output(0, as: Double.self), rows, columns,
        arguments.pool)
    }
  }
}

/// The last axis as columns, all others as rows.
func rowsAndColumns(_ shape: [Int]) -> (rows: Int, columns: Int) {
  (shape.dropLast().reduce(1, *), shape.last ?? 1)
}
