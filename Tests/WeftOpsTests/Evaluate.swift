import WeftOps

/// Evaluates outputs on the host by each operation's own `evaluate`, in order of creation, with the
/// types inferred anew from the complete shapes of the operands.
struct Evaluator {
  private var values: [Output: AnyTensor]

  init(feeding values: [Output: AnyTensor] = [:]) { self.values = values }

  mutating func evaluate(_ outputs: [Output]) throws -> [AnyTensor] {
    if let graph = outputs.first?.graph { try graph.validate() }
    for operation in needed(outputs) { try run(operation) }
    return try outputs.map { output in
      guard let value = values[output] else { throw OpFailure("no value for \(output.name)") }
      return value
    }
  }

  private func needed(_ outputs: [Output]) -> [GraphOperation] {
    var seen: Set<GraphOperation> = []
    var stack = outputs.filter { values[$0] == nil }.map(\.operation)
    seen.formUnion(stack)
    while let operation = stack.popLast() {
      let before = operation.inputs.filter { values[$0] == nil }.map(\.operation)
      for next in before + operation.controlInputs where seen.insert(next).inserted {
        stack.append(next)
      }
    }
    return seen.sorted { $0.id < $1.id }
  }

  private mutating func run(_ operation: GraphOperation) throws {
    let inputs = try operation.inputs.map { input in
      guard let value = values[input] else { throw OpFailure("no value for \(input.name)") }
      return value
    }
    let context = InferenceContext(
      inputs: inputs.map { TensorType($0.dtype, TensorShape($0.shape)) }, constants: inputs)
    let types = try operation.definition.outputTypes(context)
    for (built, complete) in zip(operation.outputTypes, types)
    where built.dtype != complete.dtype || !built.shape.isCompatible(with: complete.shape) {
      throw OpFailure("\(operation.subject) was built as \(built) and runs as \(complete)")
    }
    let results = try operation.definition.evaluate(
      EvaluationContext(inputs: inputs, outputTypes: types) { _ in
        // The start of the operation's stream: each operation runs once.
        guard case .random(let seed, let seed2) = operation.definition.effect else {
          return RandomPosition(key: 0, counter: 0)
        }
        return RandomPosition(
          key: UInt64(bitPattern: seed), counter: UInt128(UInt64(bitPattern: seed2)) << 64)
      })
    for (index, result) in results.enumerated() {
      if let shape = types[index].shape.complete, shape != result.shape {
        throw OpFailure("\(operation.subject) says \(shape) and gives \(result.shape)")
      }
      values[operation.output(index)] = result
    }
  }
}

/// The value of one node.
func evaluate<S: TensorScalar>(_ node: Node<S>, feeding values: [Output: AnyTensor] = [:]) throws
  -> Tensor<S>
{
  var evaluator = Evaluator(feeding: values)
  guard let tensor = try evaluator.evaluate([node.output])[0].typed(S.self) else {
    throw OpFailure("\(node.name) is not of type \(S.dtype)")
  }
  return tensor
}
