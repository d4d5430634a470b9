import CWeftKernels
import Glibc
import WeftOps

/// A copy of whole values: what assigning and snapshots come to.
func planCopy(_ request: KernelRequest, from operand: Int) -> CPUKernel {
  let byteCount = request.outputs[0].byteCount
  return { (arguments) throws(OpFailure) in
    memmove(arguments.output(0), arguments.input(operand), byteCount)
  }
}

extension Assign: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planCopy(request, from: 1) }
}

extension AssignAdd: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planPointwise(.input(0) + .input(1), request)
  }
}

extension AssignSub: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planPointwise(.input(0) - .input(1), request)
  }
}

extension Snapshot: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planCopy(request, from: 0) }
}

extension PointwiseUpdate: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planPointwise(expression, request)
  }
}
