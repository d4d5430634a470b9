import WeftOps

/// Takes a program apart by device and level.
///
/// Goes through the instructions in their order once more, and adds each to its part. Operands that
/// another part makes become feeds of the part and results of the other one.
struct ProgramSplitter {
  let program: Program
  var levels: PartLevels
  /// The writes so far.
  private var state: [PartLevels.VariableState]
  private(set) var builders: [PartBuilder] = []
  private var parts: [PartPlace: Int] = [:]

  private struct PartPlace: Hashable {
    let device: Int
    let level: Int
    let members: [Int]
  }

  init(_ program: Program, _ levels: PartLevels) {
    self.program = program
    self.levels = levels
    state = Array(repeating: PartLevels.VariableState(), count: program.variables.count)
  }

  mutating func run() {
    for index in program.instructions.indices where !program.instructions[index].isTransparent {
      emit(index)
    }
    for target in program.targets { keep(target) }
    for (position, fetch) in program.fetches.enumerated() { emitFetch(fetch, position) }
  }

  private mutating func part(_ device: Int, _ level: Int, members: [Int] = []) -> Int {
    let place = PartPlace(device: device, level: level, members: members)
    if let known = parts[place] { return known }
    builders.append(PartBuilder(device: device, level: level, members: members))
    parts[place] = builders.count - 1
    return builders.count - 1
  }

  private mutating func part(of instruction: Int) -> Int {
    part(
      program.instructions[instruction].device, levels.levels[instruction],
      members: levels.joint.sums[instruction]?.devices ?? [])
  }

  private mutating func emit(_ index: Int) {
    let instruction = program.instructions[index]
    let part = part(of: index)
    if let sum = levels.joint.sums[index] {
      emit(sum, index, part)
      return
    }
    let inputs = instruction.inputs.map { local($0, part) }
    let controls = Set(instruction.controls.flatMap { waits($0, part) }).sorted()
    let made = builders[part].append(
      instruction, inputs: inputs, controls: controls, program)
    builders[part].standing[index] = [made]
    for (output, value) in zip(
      instruction.outputs, builders[part].program.instructions[made].outputs)
    { builders[part].values[output] = value }
    for position in instruction.updatedInputs {
      guard let variable = program.variable(of: instruction.inputs[position]) else { continue }
      state[variable].noteWrite(index, levels.levels[index])
      builders[part].written.insert(variable)
    }
  }

  /// A sum of values that lie on several devices, in slots of theirs.
  private mutating func emit(_ sum: JointSums.Sum, _ index: Int, _ part: Int) {
    for value in sum.parts {
      if let source = provide(.value(value)), builders[source].device != builders[part].device {
        builders[part].predecessors.insert(source)
      }
    }
    builders[part].sums.append(
      PartBuilder.Sum(
        instruction: index,
        parts: zip(sum.parts, sum.devices).map { CargoPlace(cargo: .value($0), device: $1) },
        results: [
          CargoPlace(
            cargo: .value(program.instructions[index].outputs[0]), device: builders[part].device)
        ]))
  }

  /// What stands in a part for a value of the whole.
  private mutating func local(_ value: Int, _ part: Int) -> Int {
    if let known = builders[part].values[value] { return known }
    let made: Int
    switch program.values[value].source {
    case .constant: made = builders[part].add(program.values[value], .constant)
    case .feed(let feed):
      made = builders[part].addFeed(program.values[value], .question(feed))
    // Which content is meant depends on the place in the order: not kept for others.
    case .variable(let variable): return content(of: variable, part)
    case .instruction(let maker):
      if program.instructions[maker].isView { return view(value, maker, part) }
      if let variable = program.variable(of: value) { return content(of: variable, part) }
      made = cargo(.value(value), program.values[value], part)
    }
    builders[part].values[value] = made
    return made
  }

  /// The present content of a variable.
  private mutating func content(of variable: Int, _ part: Int) -> Int {
    if program.variableDevices[variable] == builders[part].device {
      return builders[part].variable(variable, program)
    }
    let type = program.variables[variable].type
    return cargo(
      .version(variable: variable, writes: state[variable].writes),
      Program.Value(
        dtype: type.dtype, shape: type.shape.complete ?? [], source: .variable(variable)), part)
  }

  private mutating func view(_ value: Int, _ maker: Int, _ part: Int) -> Int {
    var versioned: PartBuilder.VersionedValue?
    if let variable = program.variable(of: value),
      program.variableDevices[variable] != builders[part].device
    {
      let known = PartBuilder.VersionedValue(value: value, writes: state[variable].writes)
      if let made = builders[part].views[known] { return made }
      versioned = known
    }
    let instruction = program.instructions[maker]
    let inputs = instruction.inputs.map { local($0, part) }
    let controls = Set(instruction.controls.flatMap { waits($0, part) }).sorted()
    let index = builders[part].append(instruction, inputs: inputs, controls: controls, program)
    let made = builders[part].program.instructions[index].outputs[0]
    if let versioned {
      builders[part].views[versioned] = made
    } else {
      builders[part].values[value] = made
    }
    return made
  }

  /// A value that another part makes.
  private mutating func cargo(_ cargo: Cargo, _ value: Program.Value, _ part: Int) -> Int {
    let place = CargoPlace(cargo: cargo, device: builders[part].device)
    if let known = builders[part].imports[place] { return known }
    let made = builders[part].addFeed(value, .cargo(place))
    builders[part].imports[place] = made
    if let source = provide(cargo), builders[source].device != builders[part].device {
      builders[part].predecessors.insert(source)
      builders[source].want(place)
    }
    return made
  }

  /// The part that gives it away; nil for the content of a variable from before the run.
  private mutating func provide(_ cargo: Cargo) -> Int? {
    switch cargo {
    case .value(let value):
      guard case .instruction(let maker) = program.values[value].source else { return nil }
      let source = part(of: maker)
      let place = CargoPlace(cargo: cargo, device: builders[source].device)
      if let own = builders[source].values[value],
        builders[source].exported.insert(place).inserted
      {
        builders[source].exports.append((own, place))
      }
      return source
    case .version(let variable, _):
      guard let write = state[variable].lastWrite else { return nil }
      let source = part(of: write)
      let place = CargoPlace(cargo: cargo, device: builders[source].device)
      if builders[source].exported.insert(place).inserted {
        // What writes the next version waits for this copy, as for every reader.
        let content = builders[source].variable(variable, program)
        let name = "\(program.variables[variable].name)/snapshot"
        let index = builders[source].program.instructions.count
        let copy = builders[source].add(
          builders[source].program.values[content], .instruction(index))
        builders[source].program.instructions.append(
          Program.Instruction(
            definition: Snapshot(), name: name, origin: .rewrite(pass: "partition", of: []),
            inputs: [content], outputs: [copy], controls: builders[source].standing[write] ?? []))
        builders[source].exports.append((copy, place))
      }
      return source
    }
  }

  /// What an instruction of a part waits for within the part; other parts become predecessors.
  private mutating func waits(_ index: Int, _ part: Int) -> [Int] {
    if let known = builders[part].standing[index] { return known }
    let instruction = program.instructions[index]
    if !instruction.isTransparent {
      let other = self.part(of: index)
      if builders[other].device != builders[part].device {
        builders[part].predecessors.insert(other)
      }
      keep(index)
      return []
    }
    var before = instruction.controls
    for input in instruction.inputs {
      if case .instruction(let maker) = program.values[input].source { before.append(maker) }
    }
    var all = Set(before.flatMap { waits($0, part) }).sorted()
    if all.count > Specializer.groupingLimit {
      builders[part].program.instructions.append(
        Program.Instruction(
          definition: NoOp(), name: instruction.name, origin: instruction.origin, inputs: [],
          outputs: [], controls: all))
      all = [builders[part].program.instructions.count - 1]
    }
    builders[part].standing[index] = all
    return all
  }

  /// Has an instruction run even if nobody uses its results.
  private mutating func keep(_ index: Int) {
    let instruction = program.instructions[index]
    if !instruction.isTransparent {
      let part = part(of: index)
      builders[part].targets.formUnion(builders[part].standing[index] ?? [])
      return
    }
    for control in instruction.controls { keep(control) }
    for input in instruction.inputs {
      if case .instruction(let maker) = program.values[input].source { keep(maker) }
    }
  }

  private mutating func emitFetch(_ fetch: Int, _ position: Int) {
    let device: Int
    if let variable = program.variable(of: fetch) {
      device = program.variableDevices[variable]
    } else if case .instruction(let maker) = program.values[program.root(of: fetch)].source {
      device = program.instructions[maker].device
    } else {
      device = builders.first?.device ?? 0
    }
    let part = part(device, levels.need(fetch, on: device))
    builders[part].fetches.append((local(fetch, part), position))
  }
}
