import WeftDevice
import WeftOps

// What follows a cross-entropy becomes part of its kernel.
extension StepCombiner {
  /// What else the kernel of a loss does: the mean of the losses, a formula of the gradient, the
  /// probabilities.
  mutating func combine(_ loss: any RowLoss, at index: Int) throws(GraphError) {
    let step = plan.steps[index]
    let (losses, gradient, logits) = (step.outputs[0], step.outputs[1], step.inputs[0])
    guard plan.values[gradient].count > 0 else { return }
    var extras = LossExtras()
    var merged: [Int] = []
    for user in views.users(of: losses) where isReduction(user, .mean, over: [0]) {
      let result = plan.steps[user].outputs[0]
      guard extras.mean == nil, mayComeEarlier(result) else { continue }
      extras.mean = result
      merged.append(user)
    }
    for user in views.users(of: logits) where plan.steps[user].definition is Softmax {
      let result = plan.steps[user].outputs[0]
      guard extras.probabilities == nil, user > index, mayComeEarlier(result), isKernel(user),
        plan.values[result].shape == plan.values[gradient].shape
      else { continue }
      extras.probabilities = result
      merged.append(user)
    }
    if let user = soleUser(of: gradient), let formula = formula(user, of: gradient, before: index) {
      let result = plan.steps[user].outputs[0]
      if mayComeEarlier(result) || plan.values[result].storage == plan.values[gradient].storage {
        extras.gradient = formula
        merged.append(user)
      }
    }
    guard !merged.isEmpty else { return }
    do throws(OpFailure) {
      steps[index] = .kernel(try loss.planLoss(request(index, plan, context, options), extras))
    } catch {
      if error.code == .unsupported { return }
      throw step.error(error)
    }
    for other in merged { steps[other] = .kernel(CUDAKernel()) }
  }

  func isKernel(_ index: Int) -> Bool {
    if case .kernel = steps[index] { true } else { false }
  }

  /// The formula of a step over one tensor and single numbers that are there before another step.
  func formula(_ user: Int, of value: Int, before index: Int) -> LossExtras.Formula? {
    let step = plan.steps[user]
    guard let pointwise = step.definition as? any PointwiseDefinition, isKernel(user),
      step.definition.effect == .none,
      plan.values[step.outputs[0]].type == plan.values[value].type
    else { return nil }
    for input in step.inputs where views.owner(of: input) != views.owner(of: value) {
      switch plan.values[input].storage {
      case .constant(let position):
        // The same number for all: the gradient of a mean.
        guard let first = plan.constants[position].doubles.first,
          plan.constants[position].doubles.allSatisfy({ $0 == first })
        else { return nil }
      case .feed:
        guard plan.values[input].count == 1 else { return nil }
      case .variable, .arena, .fetch: return nil
      }
    }
    return LossExtras.Formula(
      expression: pointwise.expression, operands: step.inputs,
      gradient: step.inputs.firstIndex { views.owner(of: $0) == views.owner(of: value) } ?? 0,
      result: step.outputs[0])
  }
}
