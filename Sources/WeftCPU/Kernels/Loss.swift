import CWeftKernels
import WeftOps

extension L2Loss: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    let dtype = request.inputs[0].dtype
    let scratch = TaskScratch(byteCount: weft_l2_loss_scratch_bytes(count, dtype.byteCount))
    if dtype == .float32 {
      return { (arguments) throws(OpFailure) in
        scratch.with {
          weft_l2_loss_f32(
            arguments.input(0, as: Float.self), count, arguments.output(0, as: Float.self), $0,
            arguments.pool)
        }
      }
    }
    return { (arguments) throws(OpFailure) in
      scratch.with {
        weft_l2_loss_f64(
          arguments.input(0, as: Double.self), count, arguments.output(0, as: Double.self), $0,
          arguments.pool)
      }
    }
  }
}

extension SoftmaxCrossEntropyWithLogits: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let shape = request.outputs[1].shape
    let (rows, columns) = (shape[0], shape[1])
    guard request.inputs.allSatisfy({ $0.shape == shape }) else {
      throw OpFailure("logits and labels must have one shape", code: .unsupported)
    }
    if request.inputs[0].dtype == .float32 {
      return { (arguments) throws(OpFailure) in
        weft_softmax_cross_entropy_f32(
          arguments.input(0, as: Float.self), arguments.input(1, as: Float.self),
          arguments.output(0, as: Float.self), arguments.output(1, as: Float.self), rows, columns,
          arguments.pool)
      }
    }
    return { (arguments) throws(OpFailure) in
      weft_softmax_cross_entropy_f64(
        arguments.input(0, as: Double.self), arguments.input(1, as: Double.self),
        arguments.output(0, as: Double.self), arguments.output(1, as: Double.self), rows, columns,
        arguments.pool)
    }
  }
}
