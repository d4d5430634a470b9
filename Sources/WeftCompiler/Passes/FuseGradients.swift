import WeftOps

/// Merges the formula of a gradient into the optimizer's update that is its only user: the gradient of
/// an L2 penalty added to that of the loss, a clipped or scaled gradient, a sum of parts.
///
/// The update then reads the formula's operands and the parameter once, where the gradient would have
/// been written and read in between.
@Sendable
func fuseGradients(_ program: inout Program) {
  let uses = Uses(program)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    fuse(index, &program, uses)
  }
}

private func fuse(_ index: Int, _ program: inout Program, _ uses: Uses) {
  let instruction = program.instructions[index]
  guard let update = instruction.definition as? any ParameterUpdate, update.takesFormulas else {
    return
  }
  let gradient = instruction.inputs[update.gradientIndex]
  guard let maker = program.soleProducer(of: gradient, uses),
    let formula = program.instructions[maker].definition as? any PointwiseDefinition,
    uses.mayMove(maker, to: index, program)
  else { return }
  let operands = program.instructions[maker].inputs
  var inputs = instruction.inputs
  var places: [ScalarExpression] = []
  var isPlaceFree = true
  for operand in operands {
    if let variable = program.variable(of: operand), uses.writes[variable] > 0 {
      // The value before the update is what the update itself has at hand; of another variable that
      // the run writes, a copy would have to be made.
      guard uses.writes[variable] == 1,
        program.values[operand].shape == program.values[gradient].shape,
        let state = instruction.updatedInputs.first(where: {
          program.variable(of: instruction.inputs[$0]) == variable
        })
      else { return }
      places.append(.input(state))
    } else if isPlaceFree {
      inputs[update.gradientIndex] = operand
      places.append(.input(update.gradientIndex))
      isPlaceFree = false
    } else {
      places.append(.input(inputs.count))
      inputs.append(operand)
    }
  }
  guard !isPlaceFree else { return }
  let definition = FusedUpdate(
    update: update, expression: formula.expression.substituting(places), inputCount: inputs.count)
  let context = InferenceContext(inputs: inputs.map { program.values[$0].type })
  guard let types = try? definition.outputTypes(context),
    types == [program.values[instruction.outputs[0]].type]
  else { return }
  program.instructions[index].definition = definition
  program.instructions[index].inputs = inputs
  program.instructions[index].origin = .rewrite(
    pass: "fuse gradients", of: [instruction.origin, program.instructions[maker].origin])
  program.instructions[maker].isDead = true
}
