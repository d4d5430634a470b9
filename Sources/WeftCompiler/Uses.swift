import WeftOps

/// Who uses what in a program: computed once for a pass.
struct Uses {
  /// For each value, how many operands and fetches mention it.
  let counts: [Int]
  /// For each instruction, whether an update comes before it by operands or control dependencies.
  let followsUpdate: [Bool]
  /// For each instruction, whether others wait for it without using its results.
  let isWaitedFor: [Bool]
  /// For each variable, how many instructions write it.
  let writes: [Int]

  init(_ program: Program) {
    var counts = [Int](repeating: 0, count: program.values.count)
    var follows = [Bool](repeating: false, count: program.instructions.count)
    var isWaitedFor = follows
    var writes = [Int](repeating: 0, count: program.variables.count)
    for fetch in program.fetches { counts[fetch] += 1 }
    for (index, instruction) in program.instructions.enumerated() where !instruction.isDead {
      for input in instruction.inputs { counts[input] += 1 }
      for control in instruction.controls { isWaitedFor[control] = true }
      var before = instruction.controls
      for input in instruction.inputs {
        if case .instruction(let maker) = program.values[input].source { before.append(maker) }
      }
      follows[index] = before.contains {
        follows[$0] || !program.instructions[$0].updatedInputs.isEmpty
      }
      for position in instruction.updatedInputs {
        if let variable = program.variable(of: instruction.inputs[position]) {
          writes[variable] += 1
        }
      }
    }
    self.counts = counts
    self.writes = writes
    followsUpdate = follows
    self.isWaitedFor = isWaitedFor
  }

  /// Whether a producer may run where its user does: no update of what it reads comes between.
  func mayMove(_ maker: Int, to index: Int, _ program: Program) -> Bool {
    if followsUpdate[index] == followsUpdate[maker], !followsUpdate[index] { return true }
    return program.instructions[maker].inputs.allSatisfy { input in
      program.variable(of: input).map { writes[$0] == 0 } ?? true
    }
  }
}

extension Program {
  /// The instruction that makes a value, if that is its only result, nobody else uses it or waits for
  /// it, and nothing but its operands says when it runs: then it may be merged into its user.
  func soleProducer(of value: Int, _ uses: Uses) -> Int? {
    guard uses.counts[value] == 1, case .instruction(let index) = values[value].source else {
      return nil
    }
    let instruction = instructions[index]
    guard !instruction.isDead, instruction.outputs.count == 1, instruction.controls.isEmpty,
      instruction.definition.isPure, !uses.isWaitedFor[index], !targets.contains(index)
    else { return nil }
    return index
  }

  /// The number that a value is, if it is a known one.
  func knownNumber(_ value: Int) -> Double? {
    guard let constant = values[value].constant, constant.count == 1 else { return nil }
    return constant.doubles.first
  }
}
