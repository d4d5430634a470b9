import WeftOps

/// Merges a pointwise instruction into the reduction that is its only user: the elements are reduced
/// block by block while they are in the cache, and their tensor is neither written nor read.
///
/// A reduction of several operands through one formula, such as the mean of squared differences, then
/// moves the bytes of its operands and no more.
@Sendable
func fuseReductions(_ program: inout Program) {
  let uses = Uses(program)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    fuse(index, &program, uses)
  }
}

private func fuse(_ index: Int, _ program: inout Program, _ uses: Uses) {
  let instruction = program.instructions[index]
  guard let reduction = instruction.definition as? any ReductionDefinition,
    let numbers = program.values[instruction.inputs[1]].constant?.integers,
    let maker = program.soleProducer(of: instruction.inputs[0], uses),
    let formula = program.instructions[maker].definition as? any PointwiseDefinition,
    uses.mayMove(maker, to: index, program)
  else { return }
  let elements = program.values[instruction.inputs[0]]
  // A mean of integers is divided as integers are, which is not worth a kernel of its own.
  guard reduction.function != .mean || elements.dtype == .float32 || elements.dtype == .float64,
    let axes = try? reducedAxes(numbers, rank: elements.shape.count), !axes.isEmpty
  else { return }
  let operands = program.instructions[maker].inputs
  let definition = FusedReduction(
    expression: formula.expression, inputCount: operands.count, function: reduction.function,
    axes: axes.sorted(), keepDims: reduction.keepDims)
  // The formula alone must give the type and the shape that the operation gave.
  let context = InferenceContext(inputs: operands.map { program.values[$0].type })
  guard let types = try? definition.formula.outputTypes(context), types == [elements.type] else {
    return
  }
  program.instructions[index].definition = definition
  program.instructions[index].inputs = operands
  program.instructions[index].origin = .rewrite(
    pass: "fuse reductions", of: [instruction.origin, program.instructions[maker].origin])
  program.instructions[maker].isDead = true
}
