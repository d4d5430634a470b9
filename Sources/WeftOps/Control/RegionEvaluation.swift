import WeftGraph

/// The value of a part of a computation on the host, one operation after the other: what the compiled
/// plan of the part is compared with.
///
/// Reads of a variable see the last of the updates that they depend on, as everywhere.
struct RegionEvaluation {
  private let part: Subgraph
  private let environment: RunEnvironment
  private var values: [Output: AnyTensor] = [:]
  /// The values of each variable: before the part, and after each of its updates.
  private var versions: [Output: [AnyTensor]] = [:]
  /// For each operation how many updates of each variable it depends on.
  private var seen: [GraphOperation: [Output: Int]] = [:]
  private var seenBehind: [GraphOperation: [Output: Int]] = [:]

  /// What a part gives for some operands: its results, and the new values of the operands that it
  /// updates, in the order of ``Subgraph/updatedInputs``.
  static func run(
    _ part: Subgraph, _ operands: [AnyTensor], _ environment: RunEnvironment
  ) throws(OpFailure) -> (results: [AnyTensor?], updated: [AnyTensor]) {
    var evaluation = RegionEvaluation(part, environment)
    for (input, tensor) in zip(part.inputs, operands) {
      guard let input else { continue }
      evaluation.values[input] = tensor
      if input.operation.definition.effect == .variable { evaluation.versions[input] = [tensor] }
    }
    for operation in part.operations { try evaluation.run(operation) }
    var results: [AnyTensor?] = []
    for result in part.results {
      guard let result else {
        results.append(nil)
        continue
      }
      results.append(try evaluation.value(of: result, seenBy: [:]))
    }
    let updated = part.updatedInputs.compactMap { position in
      part.inputs[position].flatMap { evaluation.versions[$0]?.last }
    }
    return (results, updated)
  }

  private init(_ part: Subgraph, _ environment: RunEnvironment) {
    self.part = part
    self.environment = environment
  }

  private mutating func run(_ operation: GraphOperation) throws(OpFailure) {
    if operation.outputTypes.count == 1, values[operation.output(0)] != nil { return }
    var before: [Output: Int] = [:]
    for other in operation.inputs.map(\.operation) + operation.controlInputs {
      before.merge(seenBehind[other] ?? [:], uniquingKeysWith: max)
    }
    seen[operation] = before
    var inputs: [AnyTensor] = []
    for input in operation.inputs { inputs.append(try value(of: input, seenBy: before)) }
    let results = try evaluate(operation, inputs)
    switch operation.definition.effect {
    case .updates(let positions):
      try write(results, to: positions, by: operation, &before)
      for (index, result) in results.enumerated() where index < operation.outputTypes.count {
        values[operation.output(index)] = result
      }
    case .region(let positions, _):
      let outputs = results.dropLast(positions.count)
      try write(Array(results.suffix(positions.count)), to: positions, by: operation, &before)
      for (index, result) in outputs.enumerated() { values[operation.output(index)] = result }
    case .none, .variable, .random, .external, .resource:
      for (index, result) in results.enumerated() { values[operation.output(index)] = result }
    }
    seenBehind[operation] = before
  }

  private mutating func write(
    _ results: [AnyTensor], to positions: [Int], by operation: GraphOperation,
    _ before: inout [Output: Int]
  ) throws(OpFailure) {
    for (position, result) in zip(positions, results) {
      guard let variable = operation.inputs[position].variableReference,
        let count = versions[variable]?.count
      else { throw OpFailure("'\(operation.name)' updates what is no variable") }
      versions[variable]?.append(result)
      before[variable] = count
    }
  }

  /// The variable that an output shows, itself, through views, or as a reading of one that the part
  /// updates.
  private func variable(of output: Output) -> Output? {
    var output = output
    while versions[output] == nil {
      if let position = part.inputs.firstIndex(of: output), let place = part.readings[position] {
        return part.inputs[place]
      }
      let operation = output.operation
      guard case .view(let position) = operation.definition.aliasing else { return nil }
      output = operation.inputs[position]
    }
    return output
  }

  private func evaluate(_ operation: GraphOperation, _ inputs: [AnyTensor]) throws(OpFailure)
    -> [AnyTensor]
  {
    let definition = operation.definition
    do throws(OpFailure) {
      let types = try definition.outputTypes(
        InferenceContext(
          inputs: inputs.map { TensorType($0.dtype, TensorShape($0.shape)) }, constants: inputs))
      return try definition.evaluate(
        EvaluationContext(
          inputs: inputs, outputTypes: types, environment: environment,
          reserve: { [environment] blocks in
            guard case .random(let seed, let seed2) = definition.effect else {
              return RandomPosition(key: 0, counter: 0)
            }
            return environment.reserve(operation.name, seed, seed2, blocks)
          }))
    } catch {
      throw OpFailure("\(operation.subject): \(error.message)", code: error.code)
    }
  }

  /// The value of an output for a reader that depends on so many updates.
  private func value(of output: Output, seenBy reader: [Output: Int]) throws(OpFailure) -> AnyTensor
  {
    let operation = output.operation
    if let all = versions[output] { return all[min(reader[output] ?? 0, all.count - 1)] }
    if let position = part.inputs.firstIndex(of: output) {
      if let place = part.readings[position], let variable = part.inputs[place] {
        return try value(of: variable, seenBy: reader)
      }
      if let value = values[output] { return value }
    }
    // A view of a variable shows the version that it waited for, else the one that its reader did.
    if case .view(let position) = operation.definition.aliasing,
      let variable = variable(of: output), let all = versions[variable], all.count > 1
    {
      let own = seen[operation] ?? [:]
      var inputs: [AnyTensor] = []
      for (index, input) in operation.inputs.enumerated() {
        let isShown = index == position && own[variable] == nil
        inputs.append(try value(of: input, seenBy: isShown ? reader : own))
      }
      if let result = try evaluate(operation, inputs).first { return result }
    }
    guard let value = values[output] else {
      throw OpFailure("'\(output.name)' has no value", code: .invalidState)
    }
    return value
  }
}
