import WeftCompiler

/// What answers a question: one executable, or stages with host work between them.
enum Answer {
  case executable(Executable)
  /// The session is not kept by what it caches.
  case stages(Stages, Unowned)

  /// A session that is there as long as its answers are asked for.
  struct Unowned: Sendable {
    unowned let session: Session
  }

  static func stages(_ stages: Stages, _ session: Session) -> Answer {
    .stages(stages, Unowned(session: session))
  }

  func run(_ buffer: StepBuffer) throws(GraphError) {
    switch self {
    case .executable(let executable): try executable.run(buffer)
    case .stages(let stages, let owner): try stages.run(buffer, in: owner.session)
    }
  }

  var plan: ExecutionPlan? {
    if case .executable(let executable) = self { return executable.plan }
    return nil
  }
}

/// A run in two stages around an operation whose result's shape depends on data. The second stage is
/// compiled, and cached, for each shape that the operation gives; it may have stages of its own.
struct Stages: Sendable {
  let boundary: Boundary
  let list: FetchList
  let feeds: [Output]

  func run(_ buffer: StepBuffer, in session: Session) throws(GraphError) {
    let fed = feeds.indices.map { buffer.feeds[$0] }
    let operands = boundary.operation.inputs
    var first = FetchList()
    first.outputs = operands + boundary.crossing
    first.targets = boundary.operation.controlInputs
    first.completed = list.completed
    let before = try values(of: first, feeds, fed, in: session, buffer.trace)
    let results = try evaluate(Array(before.prefix(operands.count)), in: session)

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
    let answers = try values(of: second, nodes, tensors, in: session, buffer.trace)
    buffer.prepare(results: answers.count)
    for tensor in answers { buffer.addResult(tensor) }
  }

  private func values(
    of list: FetchList, _ nodes: [Output], _ tensors: [AnyTensor], in session: Session,
    _ trace: RunTrace?
  ) throws(GraphError) -> [AnyTensor] {
    let answer = try session.answer(
      to: list, feeds: zip(nodes, tensors).map { ($0, $1.type) })
    let buffer = StepBuffer(feedCapacity: tensors.count)
    buffer.trace = trace
    for tensor in tensors { _ = buffer.addFeed(tensor) }
    try answer.run(buffer)
    return (0..<buffer.resultCount).map { buffer.results[$0] }
  }

  private func evaluate(_ inputs: [AnyTensor], in session: Session) throws(GraphError)
    -> [AnyTensor]
  {
    let operation = boundary.operation
    do throws(OpFailure) {
      let types = try operation.definition.outputTypes(
        InferenceContext(inputs: inputs.map(\.type), constants: inputs))
      return try operation.definition.evaluate(
        EvaluationContext(
          inputs: inputs, outputTypes: types,
          reserve: { blocks in
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
}
