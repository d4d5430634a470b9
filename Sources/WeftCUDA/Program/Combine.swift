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

  // MARK: Cross-entropy

  /// What else the kernel of a loss does: the mean of the losses, a formula of the gradient, the
  /// probabilities.
  private mutating func combine(_ loss: any RowLoss, at index: Int) throws(GraphError) {
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

  private func isKernel(_ index: Int) -> Bool {
    if case .kernel = steps[index] { true } else { false }
  }

  /// The formula of a step over one tensor and single numbers that are there before another step.
  private func formula(_ user: Int, of value: Int, before index: Int) -> LossExtras.Formula? {
    let step = plan.steps[user]
    guard let pointwise = step.definition as? any PointwiseDefinition, isKernel(user),
      step.definition.effect == .none,
      plan.values[step.outputs[0]].type == plan.values[value].type
    else { return nil }
    for input in step.inputs where views.owner(of: input) != views.owner(of: value) {
      guard plan.values[input].count == 1 else { return nil }
      switch plan.values[input].storage {
      case .constant, .feed: break
      case .variable, .arena, .fetch: return nil
      }
    }
    return LossExtras.Formula(
      expression: pointwise.expression, operands: step.inputs,
      gradient: step.inputs.firstIndex { views.owner(of: $0) == views.owner(of: value) } ?? 0,
      result: step.outputs[0])
  }

  // MARK: Rectifiers

  /// Has the product of a gradient take the mask that the rectifier's product leaves, and sum the
  /// columns for the bias, where the library has an algorithm for it.
  private mutating func maskGradient(of product: MatMulEpilogue, at index: Int) {
    let step = plan.steps[index]
    guard let maskInput = product.maskInput, product.biasInput == nil,
      !product.epilogue.isRectified, plan.values[step.outputs[0]].dtype == .float32,
      let forward = views.maker(of: step.inputs[maskInput]),
      let rectifier = plan.steps[forward].definition as? MatMulEpilogue,
      rectifier.epilogue.isRectified, !rectifier.epilogue.isMasked,
      var leaving = soleProduct(forward), leaving.isRectified,
      case .kernel(let kernel) = steps[index], case .product(var taking)? = kernel.commands.first
    else { return }
    leaving.mask = CUDAProduct.Mask(step: forward, isWritten: true)
    taking.mask = CUDAProduct.Mask(step: forward, isWritten: false)
    guard isSupported(leaving), isSupported(taking) else { return }
    let sums = views.users(of: step.outputs[0]).first {
      isReduction($0, .sum, over: [0]) && mayComeEarlier(plan.steps[$0].outputs[0])
    }
    if let sums {
      var summing = taking
      summing.biasGradient = plan.steps[sums].outputs[0]
      if isSupported(summing) {
        taking = summing
        steps[sums] = .kernel(CUDAKernel())
      }
    }
    steps[forward] = .kernel(CUDAKernel(commands: [.product(leaving)]))
    steps[index] = .kernel(CUDAKernel(commands: [.product(taking)]))
  }

  private func soleProduct(_ index: Int) -> CUDAProduct? {
    guard case .kernel(let kernel) = steps[index], kernel.commands.count == 1,
      case .product(let product) = kernel.commands[0]
    else { return nil }
    return product
  }

  private func isSupported(_ product: CUDAProduct) -> Bool {
    BoundProduct.isSupported(product, context, options.mathMode)
  }
}
