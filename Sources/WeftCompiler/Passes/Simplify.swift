import WeftOps

/// Takes away what says nothing: control dependencies on what has no effect and follows none, and
/// identities of values that are no variable's.
///
/// Graphs of TensorFlow are full of both: the gradients of an operation wait for each other, and pass
/// through an identity each. Left in, they would hide from later passes that a gradient has one user.
/// A read of a variable stays as it is, since where it stands says which version it sees; and a control
/// dependency on a mere computation never decides that.
@Sendable
func simplify(_ program: inout Program) {
  var matters = [Bool](repeating: false, count: program.instructions.count)
  var replacement = Array(program.values.indices)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    var instruction = program.instructions[index]
    instruction.inputs = instruction.inputs.map { replacement[$0] }
    instruction.controls = instruction.controls.filter { matters[$0] }
    program.instructions[index] = instruction
    matters[index] =
      isWaitedFor(instruction.definition) || !instruction.controls.isEmpty
      || instruction.inputs.contains { input in
        if case .instruction(let maker) = program.values[input].source { return matters[maker] }
        return false
      }
    guard instruction.controls.isEmpty, isPassedThrough(instruction.definition),
      let input = instruction.inputs.first, let output = instruction.outputs.first,
      program.variable(of: input) == nil
    else { continue }
    replacement[output] = input
  }
  program.fetches = program.fetches.map { replacement[$0] }
}

/// Whether it makes a difference to run after an operation.
private func isWaitedFor(_ definition: any OpDefinition) -> Bool {
  // Without an effect, but it may end the run.
  if definition is CheckNumerics { return true }
  return switch definition.effect {
  case .none, .variable, .random: false
  default: true
  }
}

/// Whether the result is the operand, under the same type.
private func isPassedThrough(_ definition: any OpDefinition) -> Bool {
  definition is Identity || definition is StopGradient || definition is PreventGradient
}
