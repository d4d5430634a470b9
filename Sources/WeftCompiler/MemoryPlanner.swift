import WeftOps

/// Gives every value its place, and the program its final form as a plan.
///
/// Views share the memory of what they show; updates lie in their variables; a result takes the
/// place of an operand that is not needed any more where the operation allows it; what is fetched is
/// computed where it is given back. The rest shares one arena: places are given in order of the
/// steps, best fit first, and taken back after the last use.
func planMemory(_ program: Program, stream: (String, Int64, Int64) -> Int) -> Pipeline.Result {
  var planner = MemoryPlanner(program)
  return planner.run(stream)
}

private struct MemoryPlanner {
  let program: Program
  private var storage: [ExecutionPlan.Storage?]
  private var owner: [Int]
  private var lastUse: [Int]
  private var constants: [AnyTensor] = []
  private var arena = Arena()
  private var fetchCopies: [ExecutionPlan.FetchCopy] = []

  init(_ program: Program) {
    self.program = program
    storage = Array(repeating: nil, count: program.values.count)
    owner = Array(program.values.indices)
    lastUse = Array(repeating: -1, count: program.values.count)
  }

  mutating func run(_ stream: (String, Int64, Int64) -> Int) -> Pipeline.Result {
    placeSources()
    findOwners()
    findLastUses()
    placeFetches()
    for index in program.instructions.indices { place(index) }
    let values = program.values.indices.map { index in
      let value = program.values[index]
      return ExecutionPlan.Value(
        dtype: value.dtype, shape: value.shape,
        storage: storage[owner[index]] ?? .arena(offset: 0))
    }
    let plan = ExecutionPlan(
      values: values, steps: steps(stream), feeds: program.feeds, fetches: program.fetches,
      fetchCopies: fetchCopies, constants: constants, arenaByteCount: arena.byteCount)
    let (required, written) = variableUse()
    return Pipeline.Result(
      plan: plan, variables: program.variables, required: required, written: written)
  }

  private mutating func placeSources() {
    for (index, value) in program.values.enumerated() {
      switch value.source {
      case .feed(let feed): storage[index] = .feed(feed)
      case .variable(let variable): storage[index] = .variable(variable)
      case .constant: break
      case .instruction: break
      }
    }
  }

  /// Who owns the memory that a value lies in: what a view shows, the variable that an update writes.
  private mutating func findOwners() {
    for instruction in program.instructions {
      if case .view(let input) = instruction.definition.aliasing {
        owner[instruction.outputs[0]] = owner[instruction.inputs[input]]
      }
      for (output, position) in zip(instruction.outputs, instruction.overwrittenInputs) {
        owner[output] = owner[instruction.inputs[position]]
      }
    }
  }

  private mutating func findLastUses() {
    for (index, instruction) in program.instructions.enumerated() {
      for value in instruction.inputs + instruction.outputs { lastUse[owner[value]] = index }
    }
    for fetch in program.fetches { lastUse[owner[fetch]] = program.instructions.count }
  }

  private mutating func placeFetches() {
    for (position, fetch) in program.fetches.enumerated() {
      let root = owner[fetch]
      if case .instruction = program.values[root].source, storage[root] == nil,
        program.values[root].byteCount == program.values[fetch].byteCount
      {
        storage[root] = .fetch(position)
      } else {
        fetchCopies.append(ExecutionPlan.FetchCopy(value: fetch, fetch: position))
        placeConstant(root)
      }
    }
  }

  private mutating func placeConstant(_ value: Int) {
    guard storage[value] == nil, let constant = program.values[value].constant else { return }
    storage[value] = .constant(constants.count)
    constants.append(constant)
  }

  private mutating func place(_ index: Int) {
    let instruction = program.instructions[index]
    for input in instruction.inputs { placeConstant(owner[input]) }
    for output in instruction.outputs where owner[output] == output && storage[output] == nil {
      if let reused = operandToOverwrite(by: output, at: index) {
        storage[output] = storage[reused]
        // The place lives on under its new owner.
        lastUse[reused] = -1
      } else {
        storage[output] = .arena(offset: arena.take(program.values[output].byteCount))
      }
    }
    for value in Set((instruction.inputs + instruction.outputs).map { owner[$0] })
    where lastUse[value] == index {
      if case .arena(let offset) = storage[value] {
        arena.giveBack(offset, program.values[value].byteCount)
      }
    }
  }

  private func operandToOverwrite(by output: Int, at index: Int) -> Int? {
    let instruction = program.instructions[index]
    guard case .elementwise(let positions) = instruction.definition.aliasing,
      output == instruction.outputs.first
    else { return nil }
    let result = program.values[output]
    for position in positions where position < instruction.inputs.count {
      let input = instruction.inputs[position]
      let root = owner[input]
      let value = program.values[input]
      guard lastUse[root] == index, case .arena = storage[root], value.shape == result.shape,
        value.dtype.byteCount == result.dtype.byteCount,
        program.values[root].byteCount == value.byteCount,
        // Read by another operand in another order, it must not change under way.
        !instruction.inputs.indices.contains(where: {
          $0 != position && owner[instruction.inputs[$0]] == root
            && program.values[instruction.inputs[$0]].shape != result.shape
        })
      else { continue }
      return root
    }
    return nil
  }

  private func steps(_ stream: (String, Int64, Int64) -> Int) -> [ExecutionPlan.Step] {
    program.instructions.compactMap { instruction in
      // Views and pure groupings need no work.
      if instruction.isView || instruction.definition is NoOp { return nil }
      var number: Int?
      if case .random(let seed, let seed2) = instruction.definition.effect {
        number = stream(instruction.name, seed, seed2)
      }
      return ExecutionPlan.Step(
        definition: instruction.definition, name: instruction.name, origin: instruction.origin,
        inputs: instruction.inputs, outputs: instruction.outputs, randomStream: number,
        regions: instruction.regions, results: instruction.results)
    }
  }

  /// Which variables are read before they are written, and which are written.
  private func variableUse() -> (required: [Int], written: [Int]) {
    var required: Set<Int> = []
    var written: Set<Int> = []
    for instruction in program.instructions where !instruction.isView {
      let isAssignment = instruction.definition is Assign
      for (position, input) in instruction.inputs.enumerated() {
        guard let variable = program.variable(of: input), !written.contains(variable) else {
          continue
        }
        // A part may or may not write a variable, and may read it before: it must have a value.
        if !(isAssignment && position == 0) { required.insert(variable) }
      }
      for position in instruction.updatedInputs {
        if let variable = program.variable(of: instruction.inputs[position]) {
          written.insert(variable)
        }
      }
    }
    for fetch in program.fetches {
      if let variable = program.variable(of: fetch), !written.contains(variable) {
        required.insert(variable)
      }
    }
    return (required.sorted(), written.sorted())
  }
}
