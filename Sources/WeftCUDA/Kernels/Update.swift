import WeftDevice
import WeftOps

extension Assign: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) -> CUDAKernel {
    .copy(from: .input(1), to: .input(0), byteCount: request.inputs[0].value.byteCount)
  }
}

extension AssignAdd: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planPointwise(.input(0) + .input(1), request)
  }
}

extension AssignSub: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planPointwise(.input(0) - .input(1), request)
  }
}

extension Snapshot: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) -> CUDAKernel {
    .copy(from: .input(0), to: .output(0), byteCount: request.outputs[0].byteCount)
  }
}

extension PointwiseUpdate: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planPointwise(expression, request)
  }
}
