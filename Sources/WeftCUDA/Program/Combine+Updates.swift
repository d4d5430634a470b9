import WeftDevice
import WeftOps

// Random numbers with their formula, assignments with what they assign, descents with their gradient.
extension StepCombiner {
  /// Has the kernel of random numbers write a formula of them instead: the mask of a dropout.
  mutating func combine(random index: Int) throws(GraphError) {
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
  mutating func assign(from index: Int) {
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
  mutating func descend(along index: Int) throws(GraphError) {
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
}
