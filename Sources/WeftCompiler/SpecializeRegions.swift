import WeftOps

/// Compiles the parts that operations hold: the branches of conditions, the bodies of loops.
struct RegionCompiler {
  let pipeline: Pipeline
  let stream: (String, Int64, Int64) -> Int

  /// A part compiled for complete shapes.
  struct Compiled {
    let region: ExecutionPlan.Region
    /// The types of the wanted results, and what is known of the lists that they are handles of.
    let types: [TensorType]
    let lists: [ListTrace?]
  }

  /// A part compiled over some operands, as far as these results need it; nil where a shape in it
  /// depends on data.
  func compile(
    _ part: Subgraph, _ operands: [RegionFrame.Operand], results wanted: [Int]
  ) throws(GraphError) -> Compiled? {
    let fetches = wanted.compactMap { part.results[$0] }
    let question = Question(fetches: fetches, targets: part.targets, feeds: [])
    var variables: [Output: AnyVariable] = [:]
    for case let input? in part.inputs where input.operation.definition.effect == .variable {
      variables[input] = AnyVariable(
        reference: input, value: input, initialValue: input, initializer: input.operation,
        isTrainable: false)
    }
    var specializer = Specializer(question: question, variables: variables, parts: self)
    specializer.frame = RegionFrame(part, operands)
    guard case .program(let program) = try specializer.run() else { return nil }
    let values = program.fetches.map { program.values[$0] }
    let compiled = try pipeline.plan(program, stream: stream)
    var fetch = 0
    var results: [Int?] = []
    for index in wanted {
      results.append(part.results[index] == nil ? nil : fetch)
      if part.results[index] != nil { fetch += 1 }
    }
    let positions = compiled.variables.map { variable in
      part.inputs.firstIndex(of: variable.reference) ?? 0
    }
    return Compiled(
      region: ExecutionPlan.Region(
        plan: compiled.plan, feeds: specializer.frame?.feeds ?? [], variables: positions,
        results: results),
      types: values.map(\.type), lists: values.map(\.list))
  }
}

/// What stands inside a part for the operands of the operation that holds it.
struct RegionFrame {
  /// An operand, as far as it is known when the plan is made.
  struct Operand {
    let type: TensorType
    var constant: AnyTensor?
    let list: ListTrace?
    /// Another operand, the variable that this one is a reading of, where the part updates it: then it
    /// is read anew.
    var variable: Int?
  }

  private(set) var positions: [GraphOperation: Int] = [:]
  let inputs: [Output?]
  let operands: [Operand]
  /// For each feed of the part the operand that it is.
  var feeds: [Int] = []

  init(_ part: Subgraph, _ operands: [Operand]) {
    inputs = part.inputs
    self.operands = operands
    for (position, input) in part.inputs.enumerated() {
      if let input { positions[input.operation] = position }
    }
  }
}

extension Specializer {
  /// Gives an input of the part its value.
  mutating func lowerInput(_ operation: GraphOperation) -> Bool {
    guard let frame, let position = frame.positions[operation],
      operation.definition.effect != .variable
    else { return false }
    let (operand, output) = (frame.operands[position], operation.output(0))
    if valueOf[output] != nil { return true }
    if let constant = operand.constant {
      valueOf[output] = addConstant(constant)
    } else if let place = operand.variable, let reference = frame.inputs[place] {
      if valueOf[reference] == nil { lowerVariable(reference.operation) }
      valueOf[output] = valueOf[reference]
    } else {
      let feed = add(
        .feed(program.feeds.count), operand.type.dtype, operand.type.shape.complete ?? [])
      program.values[feed].list = operand.list
      program.feeds.append(feed)
      self.frame?.feeds.append(position)
      valueOf[output] = feed
    }
    return true
  }

  /// Operations that are no plain instructions: those that hold parts, and results of another time.
  mutating func lowerSpecial(_ operation: GraphOperation, _ inputs: [Int]) throws(GraphError)
    -> Bool
  {
    switch operation.definition {
    case let recorded as Recorded:
      for (index, value) in inputs.dropFirst(recorded.inputCount).enumerated() {
        valueOf[operation.output(index)] = value
      }
    case let choice as If:
      if let truth = program.values[inputs[0]].constant?.doubles.first,
        operation.controlListID == nil
      {
        try inline(truth != 0 ? choice.then : choice.otherwise, of: operation, inputs)
      } else {
        try lower(choice, operation, inputs)
      }
    case let loop as While: try lower(loop, operation, inputs)
    default: return false
    }
    return true
  }

  /// Takes note of what happens to lists.
  mutating func traceLists(
    _ operation: GraphOperation, _ context: InferenceContext, _ inputs: [Int], _ outputs: [Int]
  ) throws(GraphError) {
    if let definition = operation.definition as? any ListDefinition {
      let lists: [ListTrace?]
      do throws(OpFailure) { lists = try definition.trace(context) } catch {
        throw GraphError(
          error.code, error.message, subject: operation.subject,
          location: operation.origin.location)
      }
      for (output, list) in zip(outputs, lists) { program.values[output].list = list }
    } else if case .view(let position) = operation.definition.aliasing, let output = outputs.first {
      program.values[output].list = program.values[inputs[position]].list
    }
  }

  /// The operations of a branch that is known to be taken, as instructions like all others.
  private mutating func inline(
    _ part: Subgraph, of operation: GraphOperation, _ inputs: [Int]
  ) throws(GraphError) {
    for member in part.operations {
      instructionOf[member] = nil
      for output in member.outputs { valueOf[output] = nil }
      used.formUnion(member.inputs)
    }
    for (input, value) in zip(part.inputs, inputs) {
      if let input { valueOf[input] = value }
    }
    used.formUnion(part.results.compactMap { $0 })
    let first = program.instructions.count
    // The members of a branch run where the condition does, unless they ask for something else.
    let outside = surroundingDevice
    surroundingDevice = device(of: operation)
    defer { surroundingDevice = outside }
    for member in part.operations where part.inputs.allSatisfy({ $0?.operation != member }) {
      try lower(member)
      if boundary != nil {
        boundary = operation
        return
      }
    }
    for (index, result) in part.results.enumerated() {
      let output = operation.output(index)
      if let value = result.flatMap({ valueOf[$0] }) { valueOf[output] = value }
    }
    // Whoever waits for the operation waits for what came of it.
    instructionOf[operation] = program.instructions.count
    program.instructions.append(
      Program.Instruction(
        definition: NoOp(), name: operation.name, origin: operation.origin, inputs: [], outputs: [],
        controls: Array(first..<program.instructions.count)))
  }

  private mutating func lower(_ choice: If, _ operation: GraphOperation, _ inputs: [Int])
    throws(GraphError)
  {
    let wanted = operation.outputTypes.indices.filter { used.contains(operation.output($0)) }
    var compiled: [RegionCompiler.Compiled] = []
    for part in [choice.then, choice.otherwise] {
      let operands = operands(part, inputs)
      guard let made = try parts.compile(part, operands, results: wanted) else {
        boundary = operation
        return
      }
      compiled.append(made)
    }
    var types: [TensorType] = []
    var lists: [ListTrace?] = []
    for index in wanted.indices {
      let found = compiled.compactMap { made in
        made.region.results[index].map { (made.types[$0], made.lists[$0]) }
      }
      guard let first = found.first, found.allSatisfy({ $0.0 == first.0 }) else {
        boundary = operation
        return
      }
      types.append(first.0)
      lists.append(found.lazy.compactMap(\.1).first)
    }
    addInstruction(operation, inputs, compiled.map(\.region), wanted, types, lists)
  }

  private mutating func lower(_ loop: While, _ operation: GraphOperation, _ inputs: [Int])
    throws(GraphError)
  {
    let count = loop.variableCount
    func operands(_ part: Subgraph) -> [RegionFrame.Operand] {
      var all = self.operands(part, inputs)
      for index in 0..<count {
        all[index].constant = nil
        all[index].variable = nil
      }
      return all
    }
    let kept = (count..<loop.body.results.count).filter {
      used.contains(operation.output(loop.firstList + $0))
    }
    guard
      let body = try parts.compile(
        loop.body, operands(loop.body), results: Array(0..<count) + kept),
      let condition = try parts.compile(loop.condition, operands(loop.condition), results: [0]),
      condition.types[0] == TensorType(.bool, .scalar),
      (0..<count).allSatisfy({ body.types[$0] == program.values[inputs[$0]].type })
    else {
      boundary = operation
      return
    }
    let wanted = operation.outputTypes.indices.filter { used.contains(operation.output($0)) }
    var types: [TensorType] = []
    var lists: [ListTrace?] = []
    for index in wanted {
      var list: ListTrace?
      if index < count {
        list = body.lists[index] ?? program.values[inputs[index]].list
      } else if index >= loop.firstList {
        let place = index - loop.firstList
        let result = place < count ? place : count + (kept.firstIndex(of: place) ?? 0)
        list = ListTrace(dtype: body.types[result].dtype, shape: body.types[result].shape)
        list?.element = body.lists[result]
      }
      types.append(index < count ? body.types[index] : operation.outputTypes[index])
      lists.append(list)
    }
    addInstruction(operation, inputs, [condition.region, body.region], wanted, types, lists)
  }

  /// What is known of the operands of an operation that holds a part.
  private func operands(_ part: Subgraph, _ inputs: [Int]) -> [RegionFrame.Operand] {
    inputs.enumerated().map { position, index in
      let value = program.values[index]
      return RegionFrame.Operand(
        type: value.type, constant: value.constant, list: value.list,
        variable: part.readings[position])
    }
  }

  private mutating func addInstruction(
    _ operation: GraphOperation, _ inputs: [Int], _ regions: [ExecutionPlan.Region],
    _ wanted: [Int], _ types: [TensorType], _ lists: [ListTrace?]
  ) {
    let controls = allControls(of: operation)
    let index = program.instructions.count
    instructionOf[operation] = index
    var outputs: [Int] = []
    for (position, result) in wanted.enumerated() {
      let value = add(
        .instruction(index), types[position].dtype, types[position].shape.complete ?? [])
      program.values[value].list = lists[position]
      outputs.append(value)
      let output = operation.output(result)
      if valueOf[output] == nil { valueOf[output] = value }
    }
    var instruction = Program.Instruction(
      definition: operation.definition, name: operation.name, origin: operation.origin,
      inputs: inputs, outputs: outputs, controls: controls)
    instruction.regions = regions
    instruction.results = wanted
    instruction.device = device(of: operation)
    program.instructions.append(instruction)
  }
}
