import WeftDevice
import WeftOps

/// How a step of a plan runs.
enum PlannedStep: Sendable {
  /// By commands on the GPU.
  case kernel(CUDAKernel)
  /// On the host, for the reason given.
  case host(String)
}

/// Plans a step: the operation's own kernel, or one made from its formula or reduction; the host where
/// there is none.
///
/// Throws ``OpFailure`` where no device could run it.
func planStep(
  _ step: ExecutionPlan.Step, in plan: ExecutionPlan, _ context: CUDAContext, _ options: CUDAOptions
) throws(OpFailure) -> PlannedStep {
  let request = request(step, plan, context, options)
  do throws(OpFailure) {
    if let provider = step.definition as? any CUDAKernelProviding {
      return .kernel(try provider.planCUDAKernel(request))
    }
    if let reduction = step.definition as? any ReductionDefinition {
      return .kernel(try planReduction(reduction.function, request))
    }
    if let pointwise = step.definition as? any PointwiseDefinition {
      return .kernel(try planPointwise(pointwise.expression, request))
    }
  } catch {
    guard error.code == .unsupported else { throw error }
    return .host(error.message)
  }
  return .host(step.reasonForHost)
}

/// What the kernels of a step are planned for.
func request(
  _ index: Int, _ plan: ExecutionPlan, _ context: CUDAContext, _ options: CUDAOptions
) -> CUDAKernelRequest {
  request(plan.steps[index], plan, context, options)
}

private func request(
  _ step: ExecutionPlan.Step, _ plan: ExecutionPlan, _ context: CUDAContext,
  _ options: CUDAOptions
) -> CUDAKernelRequest {
  var request = CUDAKernelRequest(
    inputs: step.inputs.map { index in
      var constant: AnyTensor?
      if case .constant(let position) = plan.values[index].storage {
        constant = plan.constants[position]
      }
      return CUDAKernelRequest.Operand(value: plan.values[index], constant: constant)
    },
    outputs: step.outputs.map { plan.values[$0] }, multiprocessors: context.multiprocessors,
    mathMode: options.mathMode)
  request.usesRectifiers = options.usesRectifiers
  return request
}
