import Glibc
import WeftOps

extension Assert: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let report = planEvaluation(self, request)
    return { (arguments) throws(OpFailure) in
      if !arguments.input(0, as: Bool.self)[0] { try report(arguments) }
    }
  }
}

extension Print: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension IdentityN: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sizes = request.outputs.map(\.byteCount)
    return { (arguments) throws(OpFailure) in
      for index in sizes.indices {
        memmove(arguments.output(index), arguments.input(index), sizes[index])
      }
    }
  }
}
