import CWeftKernels
import WeftOps

extension MatMulEpilogue: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let sizes = product.product(request, left: 0)
    switch request.inputs[0].dtype {
    case .float32:
      return { (arguments) throws(OpFailure) in
        var steps = self.steps(arguments, columns: sizes.n)
        sizes.run(
          arguments.input(0, as: Float.self), arguments.input(1, as: Float.self),
          arguments.output(0, as: Float.self), epilogue: &steps, pool: arguments.pool)
      }
    case .float64:
      return { (arguments) throws(OpFailure) in
        var steps = self.steps(arguments, columns: sizes.n)
        sizes.run(
          arguments.input(0, as: Double.self), arguments.input(1, as: Double.self),
          arguments.output(0, as: Double.self), epilogue: &steps, pool: arguments.pool)
      }
    default: throw OpFailure("no kernel for \(request.inputs[0].dtype)", code: .unsupported)
    }
  }

  private func steps(_ arguments: KernelArguments, columns: Int) -> weft_gemm_epilogue {
    weft_gemm_epilogue(
      bias: biasInput.map { UnsafeRawPointer(arguments.input($0)) },
      relu: epilogue.isRectified ? 1 : 0,
      mask: maskInput.map { UnsafeRawPointer(arguments.input($0)) }, ldmask: columns)
  }
}
