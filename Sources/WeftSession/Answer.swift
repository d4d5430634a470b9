import WeftCompiler

/// What answers a question: one executable, for one device or several, or stages with host work between
/// them.
enum Answer {
  case executable(Executable)
  case partitioned(PartitionedExecutable)
  case stages(Stages)

  func run(_ buffer: StepBuffer) throws(GraphError) {
    switch self {
    case .executable(let executable): try executable.run(buffer)
    case .partitioned(let executable): try executable.run(buffer)
    case .stages(let stages): try stages.run(buffer)
    }
  }

  var placement: Placement? {
    switch self {
    case .executable(let executable): Placement(steps: executable.placement)
    case .partitioned(let executable):
      Placement(steps: executable.placement, notes: executable.plan.notes)
    case .stages: nil
    }
  }

  var plan: ExecutionPlan? {
    if case .executable(let executable) = self { return executable.plan }
    return nil
  }
}

/// A run in two stages around an operation whose result's shape depends on data, or which works on a
/// resource such as a queue. The second stage is
/// compiled, and cached, for each shape that the operation gives; it may have stages of its own.
final class Stages: Sendable {
  private let boundary: Boundary
  private let list: FetchList
  private let feeds: [Output]
  /// The session is not kept by what it caches; it is there as long as its answers are asked for.
  private unowned let session: Session

  init(boundary: Boundary, list: FetchList, feeds: [Output], session: Session) {
    self.boundary = boundary
    self.list = list
    self.feeds = feeds
    self.session = session
  }

  func run(_ buffer: StepBuffer) throws(GraphError) {
    if buffer.store == nil { buffer.store = RunStore(isShared: session.devices.count > 1) }
    let fed = feeds.indices.map { buffer.feeds[$0] }
    // The handle of a resource has no value, and a variable need not have one to be asked about.
    let isQuery = boundary.operation.definition is any VariableQuery
    let operands = isQuery ? [] : boundary.operation.inputs.filter { $0.resource == nil }
    var first = FetchList()
    first.outputs = operands + boundary.crossing
    first.targets = boundary.operation.controlInputs
    first.completed = list.completed
    let before = try values(of: first, feeds, fed, buffer)
    let results = try evaluate(Array(before.prefix(operands.count)), buffer.store ?? RunStore())

    var second = list
    second.completed.formUnion(boundary.completed)
    // It has run: as a target of the run it must not lead to this boundary again.
    second.completed.insert(boundary.operation)
    let outputs = results.indices.map { boundary.operation.output($0) }
    var nodes = feeds
    var tensors = fed
    for (output, tensor) in zip(
      boundary.crossing + outputs, before.dropFirst(operands.count) + results)
    where !nodes.contains(output) {
      nodes.append(output)
      tensors.append(tensor)
    }
    let answers = try values(of: second, nodes, tensors, buffer)
    buffer.prepare(results: answers.count)
    for tensor in answers { buffer.addResult(tensor) }
  }

  private func values(
    of list: FetchList, _ nodes: [Output], _ tensors: [AnyTensor], _ run: StepBuffer
  ) throws(GraphError) -> [AnyTensor] {
    let answer = try session.answer(
      to: list, feeds: zip(nodes, tensors).map { ($0, $1.type) })
    let buffer = StepBuffer(feedCapacity: tensors.count)
    buffer.trace = run.trace
    buffer.store = run.store
    for tensor in tensors { _ = buffer.addFeed(tensor) }
    try answer.run(buffer)
    return (0..<buffer.resultCount).map { buffer.results[$0] }
  }

  private func evaluate(_ inputs: [AnyTensor], _ store: RunStore) throws(GraphError)
    -> [AnyTensor]
  {
    let operation = boundary.operation
    do throws(OpFailure) {
      if let query = operation.definition as? any VariableQuery {
        let variable = operation.inputs.first.flatMap { session.variablesByReference[$0] }
        guard let variable else {
          throw OpFailure("the operand is no variable", code: .invalidType)
        }
        return query.answer(hasValue: session.store.hasValue(variable))
      }
      if let definition = operation.definition as? any ResourceOperation {
        return try work(definition, operation, inputs)
      }
      let types = try operation.definition.outputTypes(
        InferenceContext(inputs: inputs.map(\.type), constants: inputs))
      return try operation.definition.evaluate(
        EvaluationContext(
          inputs: inputs, outputTypes: types,
          environment: session.randomStreams.environment(store),
          reserve: { [session] blocks in
            guard case .random(let seed, let seed2) = operation.definition.effect else {
              return RandomPosition(key: 0, counter: 0)
            }
            let streams = session.randomStreams
            let index = streams.index(of: operation.name, seed: seed, seed2: seed2)
            return streams.reserve(index, blocks: blocks)
          }))
    } catch {
      throw GraphError(
        error.code, error.message, subject: operation.subject,
        location: operation.origin.location)
    }
  }

  private func work(
    _ definition: any ResourceOperation, _ operation: GraphOperation, _ inputs: [AnyTensor]
  ) throws(OpFailure) -> [AnyTensor] {
    guard let source = operation.inputs.first?.resource else {
      throw OpFailure("the first operand is no handle of a resource", code: .invalidType)
    }
    let results = try definition.run(
      on: try session.resources.resource(of: source),
      EvaluationContext(inputs: inputs, outputTypes: operation.outputTypes))
    for (type, result) in zip(operation.outputTypes, results)
    where type.dtype != result.dtype || !type.shape.isCompatible(with: result.type.shape) {
      throw OpFailure("gives \(result.type), not \(type)", code: .invalidType)
    }
    return results
  }
}
