import CWeftKernels
import WeftOps

extension MatMulDescent: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let sizes = product.product(request, left: 2)
    let decay = decay
    if request.inputs[0].dtype == .float64 {
      return { (arguments) throws(OpFailure) in
        let rate = arguments.input(1, as: Double.self)[0]
        sizes.run(
          arguments.input(2, as: Double.self), arguments.input(3, as: Double.self),
          arguments.variable(0, as: Double.self), alpha: -rate, beta: 1, decay: decay,
          pool: arguments.pool)
      }
    }
    return { (arguments) throws(OpFailure) in
      let rate = arguments.input(1, as: Float.self)[0]
      sizes.run(
        arguments.input(2, as: Float.self), arguments.input(3, as: Float.self),
        arguments.variable(0, as: Float.self), alpha: -rate, beta: 1, decay: Float(decay),
        pool: arguments.pool)
    }
  }
}

extension MatMulAccumulate: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let sizes = product.product(request, left: 2)
    if request.inputs[0].dtype == .float64 {
      return { (arguments) throws(OpFailure) in
        sizes.run(
          arguments.input(2, as: Double.self), arguments.input(3, as: Double.self),
          arguments.variable(0, as: Double.self), beta: arguments.input(1, as: Double.self)[0],
          pool: arguments.pool)
      }
    }
    return { (arguments) throws(OpFailure) in
      sizes.run(
        arguments.input(2, as: Float.self), arguments.input(3, as: Float.self),
        arguments.variable(0, as: Float.self), beta: arguments.input(1, as: Float.self)[0],
        pool: arguments.pool)
    }
  }
}
