import WeftOps

// Copies of the versions that readers need and a write would end.
extension Scheduler {
  /// A fetched value of a variable that is written later in the run is copied before.
  mutating func copyFetches() {
    for (position, fetch) in program.fetches.enumerated() {
      guard let variable = program.variable(of: fetch), !writes[variable].isEmpty else { continue }
      let version = version(of: fetch, readBy: WriteSets.none, variable)
      if version < writes[variable].count {
        program.fetches[position] = addCopy(of: fetch, variable: variable, version: version)
      }
    }
  }

  /// A copy of the version of a variable that a value shows, through the same views as the value.
  ///
  /// It is made straight after the write that makes the version: a view may wait for more than that.
  private mutating func addCopy(of value: Int, variable: Int, version: Int) -> Int {
    var views: [Int] = []
    var root = value
    while let index = maker(root), program.instructions[index].isView {
      views.append(index)
      root = program.instructions[index].inputs[program.instructions[index].viewedInput]
    }
    var copy = snapshot(Version(variable: variable, number: version), of: root)
    for view in views.reversed() {
      var instruction = program.instructions[view]
      instruction.inputs[instruction.viewedInput] = copy
      instruction.origin = .rewrite(pass: "schedule", of: [instruction.origin])
      copy = append(instruction)
    }
    return copy
  }

  private mutating func snapshot(_ version: Version, of value: Int) -> Int {
    if let known = copies[version] { return known }
    let before = version.number > 0 ? [writes[version.variable][version.number - 1]] : []
    let copy = append(
      Program.Instruction(
        definition: Snapshot(), name: "\(program.variables[version.variable].name)/snapshot",
        origin: .rewrite(pass: "schedule", of: []), inputs: [program.content(behind: value)],
        outputs: [value], controls: before))
    edges[writes[version.variable][version.number]].insert(program.instructions.count - 1)
    copies[version] = copy
    return copy
  }

  /// Adds an instruction with a result of its own, of the type that its result has so far.
  mutating func append(_ instruction: Program.Instruction) -> Int {
    var value = program.values[instruction.outputs[0]]
    value.source = .instruction(program.instructions.count)
    program.values.append(value)
    var instruction = instruction
    instruction.outputs = [program.values.count - 1]
    program.instructions.append(instruction)
    seen.append(WriteSets.none)
    edges.append([])
    return program.values.count - 1
  }

  mutating func replaceByCopy(_ value: Int, of reader: Int, variable: Int, version: Int) {
    let copy = addCopy(of: value, variable: variable, version: version)
    for position in program.instructions[reader].inputs.indices
    where program.instructions[reader].inputs[position] == value
      && !program.instructions[reader].updatedInputs.contains(position)
    {
      program.instructions[reader].inputs[position] = copy
    }
  }

  /// Gives one stuck reader a copy of the version that it reads.
  ///
  /// The order of the program satisfies everything but that a reader comes before a write that the
  /// program has before it: each circle holds one of those. A copy can be made straight after the write
  /// that makes its version, so that copies cannot close another.
  mutating func breakCircle(among stuck: [Int]) -> Bool {
    let candidates = Set(stuck)
    for write in stuck {
      for reader in edges[write].sorted()
      where reader > write && reader < original && candidates.contains(reader) {
        if copyOperands(of: reader, overwrittenBy: write) { return true }
      }
    }
    return false
  }

  /// Gives a reader copies for all operands whose content a write ends; says whether there are any.
  private mutating func copyOperands(of reader: Int, overwrittenBy write: Int) -> Bool {
    let instruction = program.instructions[reader]
    // What an update writes is no reading of it.
    for (place, input) in instruction.inputs.enumerated()
    where !instruction.updatedInputs.contains(place) {
      guard let variable = program.variable(of: input),
        let position = writes[variable].firstIndex(of: write),
        version(of: input, readBy: seen[reader], variable) == position
      else { continue }
      replaceByCopy(input, of: reader, variable: variable, version: position)
      edges[write].remove(reader)
    }
    return !edges[write].contains(reader)
  }
}
