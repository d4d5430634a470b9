import CWeftKernels
import WeftOps

extension FusedUpdate: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    guard let provider = update as? any CPUKernelProviding else {
      throw OpFailure("there is no kernel for the CPU", code: .unsupported)
    }
    var own = Array(request.inputs.prefix(update.inputNames.count))
    own[update.gradientIndex] = own[0]
    let kernel = try provider.planCPUKernel(KernelRequest(inputs: own, outputs: request.outputs))
    // Only the operands that occur.
    let used = Set(expression.inputs).sorted()
    var places = request.inputs.indices.map { ScalarExpression.input($0) }
    for (new, old) in used.enumerated() { places[old] = .input(new) }
    let program = try PointwiseProgram(
      expression.substituting(places), shape: own[0].shape, dtype: own[0].dtype,
      inputs: used.map { request.inputs[$0] })
    return { (arguments) throws(OpFailure) in
      let failure = withUnsafeTemporaryAllocation(
        of: UnsafeRawPointer?.self, capacity: max(used.count, 1)
      ) { inputs -> OpFailure? in
        for index in used.indices { inputs[index] = UnsafeRawPointer(arguments.input(used[index])) }
        var merged = arguments
        merged.formula = KernelArguments.Formula(
          program: program.pointer, inputs: UnsafePointer(inputs.baseAddress))
        do throws(OpFailure) { try kernel(merged) } catch { return error }
        return nil
      }
      if let failure { throw failure }
    }
  }
}
