import WeftCompiler

/// What answers a question: one executable, or stages with host work between them.
enum Answer {
  case executable(Executable)
  case stages(Stages)

  func run(_ buffer: StepBuffer) throws(GraphError) {
    switch self {
    case .executable(let executable): try executable.run(buffer)
    case .stages(let stages): try stages.run(buffer)
    }
  }

  var placement: [StepPlacement]? {
    if case .executable(let executable) = self { return executable.placement }
    return nil
  }

  var plan: ExecutionPlan? {
    if case .executable(let executable) = self { return executable.plan }
    return nil
  }
}

/// A run in two stages around an operation whose result's shape depends on data. The second stage is
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
    let fed = feeds.indices.map { buffer.feeds[$0] }
    let operands = boundary.operation.inputs
    var first = FetchList()
    first.outputs = operands + boundary.crossing
    first.targets = boundary.operation.controlInputs
    first.completed = list.completed
    let before = try values(of: first, feeds, fed, buffer.trace)
    let results = try evaluate(Array(before.prefix(operands.count)))

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
    let answers = try values(of: second, nodes, tensors, buffer.trace)
    buffer.prepare(results: answers.count)
    for tensor in answers { buffer.addResult(tensor) }
  }

  private func values(
    of list: FetchList, _ nodes: [Output], _ tensors: [AnyTensor], _ trace: RunTrace?
  ) throws(GraphError) -> [AnyTensor] {
    let answer = try session.answer(
      to: list, feeds: zip(nodes, tensors).map { ($0, $1.type) })
    let buffer = StepBuffer(feedCapacity: tensors.count)
    buffer.trace = trace
    for tensor in tensors { _ = buffer.addFeed(tensor) }
    try answer.run(buffer)
    return (0..<buffer.resultCount).map { buffer.results[$0] }
  }

  private func evaluate(_ inputs: [AnyTensor]) throws(GraphError)
    -> [AnyTensor]
  {
    let operation = boundary.operation
    do throws(OpFailure) {
      let types = try operation.definition.outputTypes(
        InferenceContext(inputs: inputs.map(\.type), constants: inputs))
      return try operation.definition.evaluate(
        EvaluationContext(
          inputs: inputs, outputTypes: types,
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
}
