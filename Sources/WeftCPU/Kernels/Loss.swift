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
    let (logits, labels) = (Stretched(request, 0, to: shape), Stretched(request, 1, to: shape))
    if request.inputs[0].dtype == .float32 {
      return { (arguments) throws(OpFailure) in
        logits.with(arguments) { logits in
          labels.with(arguments) { labels in
            weft_softmax_cross_entropy_f32(
              logits.assumingMemoryBound(to: Float.self),
              labels.assumingMemoryBound(to: Float.self), arguments.output(0, as: Float.self),
              arguments.output(1, as: Float.self), rows, columns, arguments.pool)
          }
        }
      }
    }
    return { (arguments) throws(OpFailure) in
      logits.with(arguments) { logits in
        labels.with(arguments) { labels in
          weft_softmax_cross_entropy_f64(
            logits.assumingMemoryBound(to: Double.self),
            labels.assumingMemoryBound(to: Double.self), arguments.output(0, as: Double.self),
            arguments.output(1, as: Double.self), rows, columns, arguments.pool)
        }
      }
    }
  }
}

/// An operand as a kernel without broadcasting needs it: itself, or a stretched copy.
struct Stretched: Sendable {
  private let index: Int
  private let copy: StridedCopy?
  private let scratch: TaskScratch

  init(_ request: KernelRequest, _ index: Int, to shape: [Int]) {
    let operand = request.inputs[index]
    self.index = index
    copy =
      operand.shape == shape
      ? nil
      : StridedCopy(
        dims: shape, destination: rowMajorStrides(shape),
        source: broadcastStrides(of: operand.shape, to: shape), dtype: operand.dtype)
    scratch = TaskScratch(
      byteCount: copy == nil ? 0 : shape.reduce(1, *) * operand.dtype.byteCount)
  }

  func with(_ arguments: KernelArguments, _ body: (UnsafeMutableRawPointer) -> Void) {
    scratch.with { memory in
      if let copy, let memory {
        copy.run(to: memory, from: arguments.input(index), pool: arguments.pool)
      }
      body(memory ?? arguments.input(index))
    }
  }
}
