import WeftOps

/// The part of the graph that a question needs, with complete shapes, and with every value computed
/// that follows from constants and shapes alone.
///
/// Pruning, inference and constant folding are one walk, because each needs the others: a shape may
/// depend on a constant that depends on a shape.
struct Specializer {
  let question: Question
  var program = Program()
  var valueOf: [Output: Int] = [:]
  var instructionOf: [GraphOperation: Int] = [:]
  /// What some operation or a fetch uses.
  var used: Set<Output> = []
  let parts: RegionCompiler
  /// Where operations run; nil where there is one device.
  private let devices: DeviceChoice?
  /// The device of operations that ask for none.
  var surroundingDevice: Int
  private var knownDevices: [DeviceRequest: Int] = [:]
  /// What stands for the operands of the operation that holds this part.
  var frame: RegionFrame?
  /// By ``GraphOperation/controlListID``, the instructions that stand for a list.
  var controlLists: [UInt: [Int]] = [:]
  /// What a constant waits for, by the operation that it was computed from: it is what those who use
  /// the constant wait for.
  var inheritedControls: [GraphOperation: [Int]] = [:]
  private let variables: [Output: AnyVariable]
  private let fedOperations: Set<GraphOperation>
  var boundary: GraphOperation?

  /// What came of a question.
  enum Outcome {
    case program(Program)
    case boundary(Boundary)
  }

  /// Results larger than this are computed in the run instead of being kept in the plan.
  static let foldingLimit = 1 << 20
  /// More control dependencies than this are put into a grouping.
  static let groupingLimit = 8

  static func specialize(
    _ question: Question, variables: [Output: AnyVariable], parts: RegionCompiler,
    devices: DeviceChoice?
  ) throws(GraphError) -> Outcome {
    var specializer = Specializer(
      question: question, variables: variables, parts: parts, devices: devices)
    return try specializer.run()
  }

  init(
    question: Question, variables: [Output: AnyVariable], parts: RegionCompiler,
    devices: DeviceChoice? = nil
  ) {
    self.question = question
    self.variables = variables
    self.parts = parts
    self.devices = devices
    fedOperations = Set(question.feeds.map(\.output.operation))
    surroundingDevice = devices?.standard ?? 0
  }

  /// Where an operation runs.
  mutating func device(of operation: GraphOperation) -> Int {
    guard let devices else { return 0 }
    guard let request = operation.device else { return surroundingDevice }
    if let known = knownDevices[request] { return known }
    let found = devices.find(request)
    knownDevices[request] = found
    return found
  }

  mutating func run() throws(GraphError) -> Outcome {
    for (index, feed) in question.feeds.enumerated() {
      let value = add(.feed(index), feed.type.dtype, feed.type.shape.complete ?? [])
      valueOf[feed.output] = value
      program.feeds.append(value)
    }
    let needed = neededOperations()
    used = Set(question.fetches)
    for operation in needed { used.formUnion(operation.inputs) }
    if let operation = nextResourceOperation(needed) {
      let before = ancestors(of: operation)
      for other in needed where before.contains(other) {
        try lower(other)
        if boundary != nil { return .boundary(try split(at: other, needed)) }
      }
      return .boundary(try split(at: operation, needed))
    }
    for operation in needed {
      try lower(operation)
      if boundary != nil { return .boundary(try split(at: operation, needed)) }
    }
    for fetch in question.fetches {
      guard let value = valueOf[fetch] else {
        throw GraphError(.invalidFetch, "'\(fetch.name)' is not an output of its operation")
      }
      program.fetches.append(value)
    }
    program.targets = question.targets.compactMap { instructionOf[$0] }
    return .program(program)
  }

  /// The question in two stages; but a part has none: the operation that holds it runs between two.
  private func split(at operation: GraphOperation, _ needed: [GraphOperation]) throws(GraphError)
    -> Boundary
  {
    if frame != nil { return Boundary(operation: operation, crossing: [], completed: []) }
    return try cut(at: operation, needed)
  }

  /// The operations needed, inputs before users: those not cut off by feeds.
  private func neededOperations() -> [GraphOperation] {
    var seen: Set<GraphOperation> = []
    var seenLists: Set<UInt> = []
    var stack: [GraphOperation] = []
    func visit(_ output: Output) {
      if valueOf[output] == nil, seen.insert(output.operation).inserted {
        stack.append(output.operation)
      }
    }
    question.fetches.forEach(visit)
    for target in question.targets where seen.insert(target).inserted { stack.append(target) }
    while let operation = stack.popLast() {
      // What an earlier stage has run needs nothing any more.
      if question.completed.contains(operation) { continue }
      operation.inputs.forEach(visit)
      guard let list = operation.controlListID, seenLists.insert(list).inserted else { continue }
      for control in operation.controlInputs where seen.insert(control).inserted {
        stack.append(control)
      }
    }
    return seen.sorted { $0.id < $1.id }
  }

  mutating func add(_ source: Program.Source, _ dtype: DType, _ shape: [Int]) -> Int {
    program.values.append(Program.Value(dtype: dtype, shape: shape, source: source))
    return program.values.count - 1
  }

  mutating func addConstant(_ tensor: AnyTensor) -> Int {
    let value = add(.constant, tensor.dtype, tensor.shape)
    program.values[value].constant = tensor
    return value
  }

  mutating func lower(_ operation: GraphOperation) throws(GraphError) {
    let definition = operation.definition
    if question.completed.contains(operation) { return }
    if lowerInput(operation) { return }
    // What is fed instead of its results stays so, also where it runs because others wait for it.
    let fed = fedOperations.contains(operation) ? operation.outputs : []
    let fedValues = fed.compactMap { output in valueOf[output].map { (output, $0) } }
    defer { for (output, value) in fedValues { valueOf[output] = value } }
    if definition.effect == .variable {
      lowerVariable(operation)
      return
    }
    if definition is Placeholder {
      // One that is fed comes here as a target, or for others to wait for.
      if valueOf[operation.output(0)] != nil { return }
      throw missingFeed(operation)
    }
    if definition is any ResourceDefinition { return }
    let inputs = operation.inputs.compactMap { valueOf[$0] }
    guard inputs.count == operation.inputs.count else {
      // A handle has no value, whatever passes it on.
      if operation.inputs.contains(where: { $0.resource != nil }) { return }
      throw GraphError(.invalidState, "'\(operation.name)' has an operand without a value")
    }
    if try lowerSpecial(operation, inputs) { return }
    let context = InferenceContext(
      inputs: inputs.map { program.values[$0].type },
      constants: inputs.map { program.values[$0].constant },
      lists: inputs.map { program.values[$0].list })
    let types = try outputTypes(operation, context)
    try checkSizes(types, of: operation)
    guard types.allSatisfy(\.shape.isComplete) else {
      boundary = operation
      return
    }
    if let list = definition as? any ListDefinition, let known = list.knownValue(context) {
      valueOf[operation.output(0)] = addConstant(known)
      inheritedControls[operation] = allControls(of: operation)
      return
    }
    if let known = try folded(operation, context, inputs, types) {
      for (index, tensor) in known.enumerated() where valueOf[operation.output(index)] == nil {
        valueOf[operation.output(index)] = addConstant(tensor)
      }
      let controls = allControls(of: operation)
      if !controls.isEmpty { inheritedControls[operation] = controls }
      return
    }
    let controls = allControls(of: operation)
    let index = program.instructions.count
    instructionOf[operation] = index
    let outputs = types.map { type in
      add(.instruction(index), type.dtype, type.shape.complete ?? [])
    }
    for (position, value) in outputs.enumerated() where valueOf[operation.output(position)] == nil {
      valueOf[operation.output(position)] = value
    }
    try traceLists(operation, context, inputs, outputs)
    var instruction = Program.Instruction(
      definition: definition, name: operation.name, origin: operation.origin, inputs: inputs,
      outputs: outputs, controls: controls)
    instruction.device = device(of: operation)
    program.instructions.append(instruction)
  }

  mutating func lowerVariable(_ operation: GraphOperation) {
    let output = operation.output(0)
    guard let variable = variables[output], valueOf[output] == nil else { return }
    let index = program.variables.count
    program.variables.append(variable)
    program.variableDevices.append(device(of: operation))
    valueOf[output] = add(
      .variable(index), variable.type.dtype, variable.type.shape.complete ?? [])
  }
}
