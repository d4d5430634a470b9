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

  // MARK: Random numbers and assignments

  /// Has the kernel of random numbers write a formula of them instead: the mask of a dropout.
  private mutating func combine(random index: Int) throws(GraphError) {
    let drawn = plan.steps[index].outputs[0]
    guard let user = soleUser(of: drawn), isKernel(user), plan.steps[user].inputs.count == 1,
      let pointwise = plan.steps[user].definition as? any PointwiseDefinition,
      plan.steps[user].definition.effect == .none
    else { return }
    let result = plan.steps[user].outputs[0]
    let isSame =
      plan.values[result].storage == plan.values[drawn].storage
      && plan.values[result].byteCount == plan.values[drawn].byteCount
    guard plan.values[result].shape == plan.values[drawn].shape, mayComeEarlier(result) || isSame
    else { return }
    do throws(OpFailure) {
      let kernel = try planUniform(
        request(index, plan, context, options), pointwise.expression,
        as: plan.values[result].dtype, to: .value(result))
      guard let kernel else { return }
      steps[index] = .kernel(kernel)
      steps[user] = .kernel(CUDAKernel())
    } catch { throw plan.steps[index].error(error) }
  }

  /// Has the assignment that follows a formula compute it, in the place of the variable.
  private mutating func assign(from index: Int) {
    let value = plan.steps[index].outputs[0]
    guard index + 1 < steps.count, plan.steps[index + 1].definition is Assign,
      soleUser(of: value) == index + 1, plan.steps[index + 1].inputs[1] == value,
      case .kernel(let kernel) = steps[index], kernel.commands.count == 1,
      case .launch(let launch) = kernel.commands[0], kernel.failure == nil,
      kernel.scratchByteCount == 0, kernel.randomBlocks == nil, kernel.ticketCount == 0
    else { return }
    let variable = plan.steps[index + 1].inputs[0]
    guard plan.values[variable].byteCount == plan.values[value].byteCount,
      // Read at other places than it is written, the variable would change too early.
      plan.steps[index].inputs.allSatisfy({
        plan.values[$0].storage != plan.values[variable].storage
          || plan.values[$0].shape == plan.values[value].shape
      })
    else { return }
    let arguments = launch.arguments.map { argument -> CUDAKernel.Argument in
      switch argument {
      case .input(let input): .value(plan.steps[index].inputs[input])
      case .output: .value(variable)
      default: argument
      }
    }
    let moved = launch.unit.launch(
      launch.kernel, grid: launch.grid, block: launch.block, shared: launch.sharedByteCount,
      arguments)
    steps[index] = .kernel(CUDAKernel())
    steps[index + 1] = .kernel(CUDAKernel(moved))
  }

  /// Has a descent along sums of columns, the gradient of a bias, take them where they are made.
  private mutating func descend(along index: Int) throws(GraphError) {
    let sums = plan.steps[index].outputs[0]
    guard let user = soleUser(of: sums), isKernel(user),
      plan.steps[user].definition is ApplyGradientDescent, plan.steps[user].inputs[2] == sums,
      // What lies between may not change what is summed.
      views.hasOwnPlace(views.owner(of: plan.steps[index].inputs[0]))
        || isUntouched(plan.steps[index].inputs[0], between: index, and: user)
    else { return }
    let variable = plan.steps[user].inputs[0]
    do throws(OpFailure) {
      let request = request(index, plan, context, options)
      let input = request.inputs[0]
      var reduction = Reduction(reductionMacros(.sum, input.dtype), of: input, over: [0])
      reduction.store = "y[i] -= (value) * rate[0]"
      reduction.extra = ["const \(input.dtype.cudaType) *rate"]
      var kernel = try reduction.plan(request)
      guard case .launch(let launch)? = kernel.commands.first, kernel.commands.count == 1 else {
        return
      }
      let arguments = launch.arguments.map { argument -> CUDAKernel.Argument in
        switch argument {
        case .input(let input): .value(plan.steps[index].inputs[input])
        case .output: .input(0)
        default: argument
        }
      }
      kernel.commands = [
        .launch(
          launch.unit.launch(
            launch.kernel, grid: launch.grid, block: launch.block, shared: 0,
            arguments + [.input(1)]))
      ]
      guard plan.values[variable].shape == plan.values[sums].shape else { return }
      steps[index] = .kernel(CUDAKernel())
      steps[user] = .kernel(kernel)
    } catch { throw plan.steps[index].error(error) }
  }

  /// Whether no step writes over a value of the arena from one step to another.
  private func isUntouched(_ value: Int, between first: Int, and last: Int) -> Bool {
    guard case .arena(let start) = plan.values[value].storage else { return false }
    let range = start..<start + plan.values[value].byteCount
    for step in plan.steps[(first + 1)..<last] {
      for output in step.outputs where !views.hasOwnPlace(views.owner(of: output)) {
        guard case .arena(let other) = plan.values[output].storage else { continue }
        if range.overlaps(other..<other + plan.values[output].byteCount) { return false }
      }
    }
    return true
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
