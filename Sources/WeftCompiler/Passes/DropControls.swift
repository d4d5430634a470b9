import WeftOps

/// Removes control dependencies on what has no effect and follows none: such an operation has nothing
/// to wait for, and no one can tell whether it has run.
///
/// TensorFlow's optimizers let every gradient wait for all the others before the first update, because
/// its reads give a variable's own memory. Here a read sees the value from before the run's updates
/// whatever the order; without the dependencies a gradient is an ordinary value again, which can be
/// merged, folded into its update, or dropped. Random operations among what was waited for stay: that
/// they draw from their streams can be told in the next run.
@Sendable
func dropControls(_ program: inout Program) {
  let count = program.instructions.count
  var mustWait = [Bool](repeating: false, count: count)
  var draws = [Bool](repeating: false, count: count)
  var hasDroppedDraws = false
  for index in program.instructions.indices where !program.instructions[index].isDead {
    var before = program.instructions[index].inputs.compactMap { input -> Int? in
      if case .instruction(let maker) = program.values[input].source { return maker }
      return nil
    }
    let controls = program.instructions[index].controls.filter { mustWait[$0] }
    if controls.count < program.instructions[index].controls.count {
      hasDroppedDraws =
        hasDroppedDraws || program.instructions[index].controls.contains { draws[$0] }
      program.instructions[index].controls = controls
    }
    before += controls
    let instruction = program.instructions[index]
    mustWait[index] = instruction.isWaitedFor || before.contains { mustWait[$0] }
    draws[index] = instruction.draws || before.contains { draws[$0] }
  }
  if hasDroppedDraws {
    program.targets += program.instructions.indices.filter {
      program.instructions[$0].draws && !program.instructions[$0].isDead
    }
  }
}

extension Program.Instruction {
  /// Whether it makes a difference to run after it.
  fileprivate var isWaitedFor: Bool {
    // Without an effect, but it may end the run.
    if definition is CheckNumerics { return true }
    return switch definition.effect {
    case .none, .variable, .random: false
    default: true
    }
  }

  fileprivate var draws: Bool {
    if case .random = definition.effect { return true }
    return false
  }
}
