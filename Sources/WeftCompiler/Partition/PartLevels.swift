import WeftOps

/// For each instruction of a program in its final order, how many times data or control have to change
/// devices before it can run. Instructions of one device and one level make a part.
///
/// An update of a variable is on no lower level than those that read what it overwrites. A read from
/// another device of what no earlier instruction of the run has written takes no change of devices: the
/// variable is copied before anything runs.
struct PartLevels {
  let program: Program
  /// The sums that several devices compute together.
  let joint: JointSums
  /// By instruction; that of a transparent one has no meaning.
  private(set) var levels: [Int]
  /// For each variable, the highest level of a write so far, of a read in place, and how many writes.
  private(set) var state: [VariableState]
  /// What follows a transparent instruction on a device, once known.
  private var known: [Place: Int] = [:]

  struct VariableState {
    var writeLevel = 0
    var readLevel = 0
    var writes = 0
    var lastWrite: Int?
  }

  private struct Place: Hashable {
    let instruction: Int
    let device: Int
  }

  init(_ program: Program, _ joint: JointSums) {
    self.program = program
    self.joint = joint
    levels = Array(repeating: 0, count: program.instructions.count)
    state = Array(repeating: VariableState(), count: program.variables.count)
    for index in program.instructions.indices where !program.instructions[index].isTransparent {
      place(index)
    }
  }

  private mutating func place(_ index: Int) {
    let instruction = program.instructions[index]
    if let sum = joint.sums[index] {
      levels[index] = (sum.parts.map(madeLevel).max() ?? 0) + 1
      return
    }
    var level = 0
    for input in instruction.inputs { level = max(level, need(input, on: instruction.device)) }
    for control in instruction.controls {
      level = max(level, after(control, on: instruction.device))
    }
    let written = instruction.updatedInputs.compactMap { position in
      program.variable(of: instruction.inputs[position])
    }
    for variable in written {
      level = max(level, state[variable].readLevel, state[variable].writeLevel)
    }
    levels[index] = level
    for input in instruction.inputs {
      guard let variable = program.variable(of: input),
        program.variableDevices[variable] == instruction.device
      else { continue }
      state[variable].readLevel = max(state[variable].readLevel, level)
    }
    for variable in written { state[variable].noteWrite(index, level) }
  }

  /// The least level on a device at which a value can be had.
  mutating func need(_ value: Int, on device: Int) -> Int {
    var (value, level) = (value, 0)
    while case .instruction(let maker) = program.values[value].source,
      program.instructions[maker].isView
    {
      let view = program.instructions[maker]
      for control in view.controls { level = max(level, after(control, on: device)) }
      for (position, input) in view.inputs.enumerated() where position != view.viewedInput {
        level = max(level, need(input, on: device))
      }
      value = view.inputs[view.viewedInput]
    }
    if let variable = program.variable(of: value) {
      let home = program.variableDevices[variable]
      if home == device { return max(level, state[variable].writeLevel) }
      if state[variable].writes == 0 { return level }
      // A copy of this version is made at home, and what writes the next one comes after it.
      let copied = state[variable].writeLevel
      state[variable].readLevel = max(state[variable].readLevel, copied)
      return max(level, copied + 1)
    }
    guard case .instruction(let maker) = program.values[value].source else { return level }
    return max(level, reach(maker, from: device))
  }

  /// The least level on a device that follows an instruction.
  private mutating func after(_ index: Int, on device: Int) -> Int {
    let instruction = program.instructions[index]
    if !instruction.isTransparent { return reach(index, from: device) }
    let place = Place(instruction: index, device: device)
    if let known = known[place] { return known }
    var level = 0
    for control in instruction.controls { level = max(level, after(control, on: device)) }
    for input in instruction.inputs {
      if case .instruction(let maker) = program.values[input].source {
        level = max(level, after(maker, on: device))
      }
    }
    known[place] = level
    return level
  }

  private func reach(_ index: Int, from device: Int) -> Int {
    let isHere = program.instructions[index].device == device && joint.sums[index] == nil
    return levels[index] + (isHere ? 0 : 1)
  }

  private func madeLevel(_ value: Int) -> Int {
    guard case .instruction(let maker) = program.values[value].source else { return 0 }
    return levels[maker]
  }
}

extension PartLevels.VariableState {
  mutating func noteWrite(_ instruction: Int, _ level: Int) {
    writeLevel = max(writeLevel, level)
    writes += 1
    lastWrite = instruction
  }
}

extension Program.Instruction {
  /// The operand that a view shows.
  var viewedInput: Int {
    if case .view(let input) = definition.aliasing { return input }
    return 0
  }
}
