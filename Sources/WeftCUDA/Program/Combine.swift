import WeftDevice
import WeftOps

/// Makes one step of several where a GPU can: the rest then do nothing.
struct StepCombiner {
  let plan: ExecutionPlan
  let context: CUDAContext
  let options: CUDAOptions
  let views: PlanViews
  var steps: [PlannedStep]

  init(
    _ plan: ExecutionPlan, _ steps: [PlannedStep], _ context: CUDAContext, _ options: CUDAOptions
  ) {
    (self.plan, self.steps, self.context, self.options) = (plan, steps, context, options)
    views = PlanViews(plan)
  }

  mutating func combine() throws(GraphError) {
    for index in steps.indices {
      guard case .kernel(let kernel) = steps[index], !kernel.commands.isEmpty else { continue }
      if let loss = plan.steps[index].definition as? any RowLoss { try combine(loss, at: index) }
      if isReduction(index, .sum, over: [0]) { try descend(along: index) }
      if plan.steps[index].definition is RandomUniform { try combine(random: index) }
      if plan.steps[index].definition is any PointwiseDefinition { assign(from: index) }
      if options.usesMasks, let product = plan.steps[index].definition as? MatMulEpilogue {
        maskGradient(of: product, at: index)
      }
    }
  }

  /// Whether a result may be written earlier than by its own step: nothing else lies in its place.
  func mayComeEarlier(_ value: Int) -> Bool {
    if case .fetch = plan.values[value].storage { return true }
    return views.hasOwnPlace(value)
  }

  /// The only step that uses a value.
  func soleUser(of value: Int) -> Int? {
    let users = views.users(of: value)
    return users.count == 1 && !views.isGiven(value) ? users[0] : nil
  }

  /// Whether a step is a reduction of its operand over these axes.
  func isReduction(_ index: Int, _ function: ReductionFunction, over axes: [Int]) -> Bool {
    let step = plan.steps[index]
    guard let reduction = step.definition as? any ReductionDefinition,
      reduction.function == function, case .kernel = steps[index],
      case .constant(let position) = plan.values[step.inputs[1]].storage
    else { return false }
    let rank = plan.values[step.inputs[0]].shape.count
    return plan.constants[position].integers.map { $0 < 0 ? $0 + rank : $0 } == axes
  }
}
