import WeftOps

/// Lets users take what an operation was given where it changes nothing: identities, reshapes to the
/// same shape, reductions over nothing, products with 1. A transposition before a matrix product
/// becomes the product's flag.
///
/// Graphs written by TensorFlow are full of them, and each hides a value's maker from the passes that
/// merge it with its user. One that waits for something stays: which version of a variable it shows
/// depends on that.
@Sendable
func simplify(_ program: inout Program) {
  var replacement = Array(program.values.indices)
  let uses = Uses(program)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    program.instructions[index].inputs = program.instructions[index].inputs.map { replacement[$0] }
    let instruction = program.instructions[index]
    guard instruction.definition.isPure, instruction.controls.isEmpty, !uses.followsUpdate[index]
    else { continue }
    if instruction.outputs.count == 1, let same = unchanged(instruction, program) {
      replacement[instruction.outputs[0]] = same
    } else {
      takeTranspositions(index, &program, uses)
    }
  }
  program.fetches = program.fetches.map { replacement[$0] }
}

/// The operand that the only result equals.
private func unchanged(_ instruction: Program.Instruction, _ program: Program) -> Int? {
  let result = program.values[instruction.outputs[0]]
  func hasItsType(_ value: Int) -> Bool {
    program.values[value].dtype == result.dtype && program.values[value].shape == result.shape
  }
  if case .view(let operand) = instruction.definition.aliasing {
    return hasItsType(instruction.inputs[operand]) ? instruction.inputs[operand] : nil
  }
  switch instruction.definition {
  case is any ReductionDefinition:
    // The shape is the same if nothing is reduced, or if the reduced axes of size 1 are kept.
    return hasItsType(instruction.inputs[0]) ? instruction.inputs[0] : nil
  case is Mul:
    let (x, y) = (instruction.inputs[0], instruction.inputs[1])
    if hasItsType(x), program.knownNumber(y) == 1 { return x }
    return hasItsType(y) && program.knownNumber(x) == 1 ? y : nil
  default: return nil
  }
}

/// Products of transposed matrices read them as they lie.
private func takeTranspositions(_ index: Int, _ program: inout Program, _ uses: Uses) {
  guard var product = program.instructions[index].definition as? MatMul else { return }
  for position in 0..<2 {
    guard case .instruction(let maker) = program.values[program.instructions[index].inputs[position]]
      .source
    else { continue }
    let instruction = program.instructions[maker]
    guard instruction.definition is Transpose, instruction.controls.isEmpty,
      !uses.followsUpdate[maker],
      program.values[instruction.inputs[1]].constant?.integers == [1, 0]
    else { continue }
    program.instructions[index].inputs[position] = instruction.inputs[0]
    product = MatMul(
      transposeA: position == 0 ? !product.transposeA : product.transposeA,
      transposeB: position == 1 ? !product.transposeB : product.transposeB)
    program.instructions[index].definition = product
  }
}
