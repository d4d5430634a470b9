import WeftOps

extension Specializer {
  /// The next operation on a resource to run: one that needs no other that has not run yet.
  func nextResourceOperation(_ needed: [GraphOperation]) -> GraphOperation? {
    guard needed.contains(where: isOpen) else { return nil }
    var waiting: Set<GraphOperation> = []
    var lists: [UInt: Bool] = [:]
    var best: (precedence: Int, operation: GraphOperation)?
    for operation in needed where !question.completed.contains(operation) {
      var waits = operation.inputs.contains { input in
        valueOf[input] == nil && waiting.contains(input.operation)
      }
      if !waits, let list = operation.controlListID {
        waits = lists[list] ?? operation.controlInputs.contains(where: waiting.contains)
        lists[list] = waits
      }
      if !waits, isOpen(operation),
        let precedence = (operation.definition as? any ResourceOperation)?.precedence,
        precedence < best?.precedence ?? .max
      {
        best = (precedence, operation)
      }
      if waits || isOpen(operation) { waiting.insert(operation) }
    }
    return best?.operation
  }

  private func isOpen(_ operation: GraphOperation) -> Bool {
    operation.definition is any ResourceOperation && !question.completed.contains(operation)
  }

  /// What an operation needs, itself not among it.
  func ancestors(of operation: GraphOperation) -> Set<GraphOperation> {
    var before: Set<GraphOperation> = []
    var stack = [operation]
    let fed = Set(question.feeds.map(\.output))
    while let next = stack.popLast() {
      let inputs = next.inputs.filter { !fed.contains($0) }
      for other in inputs.map(\.operation) + next.controlInputs
      where !question.completed.contains(other) && before.insert(other).inserted {
        stack.append(other)
      }
    }
    return before
  }

  /// The question split at an operation: what comes before it, and which of those values the rest
  /// needs.
  func cut(at operation: GraphOperation, _ needed: [GraphOperation]) throws(GraphError) -> Boundary
  {
    guard operation.definition.effect.updatedInputs.isEmpty else {
      throw GraphError(
        .unsupported, "the shape of a value in it depends on data, and it updates variables",
        subject: operation.subject, location: operation.origin.location,
        notes: ["update the variables after it, with values that it gives"])
    }
    let before = ancestors(of: operation)
    let rest = needed.filter {
      $0 != operation && !before.contains($0) && !question.completed.contains($0)
    }
    let order = WriteOrder(before: before, needed)
    let kept = try order.oldReads(in: rest, question.fetches, at: operation)
    var crossing = kept
    var seen = Set(kept)
    func consider(_ output: Output) {
      guard before.contains(output.operation), let value = valueOf[output],
        program.values[value].constant == nil,
        program.variable(of: value) == nil || order.isAfterWrite(output.operation),
        seen.insert(output).inserted
      else { return }
      crossing.append(output)
    }
    for other in rest { other.inputs.forEach(consider) }
    question.fetches.forEach(consider)
    for other in rest {
      for target in order.targets(of: other) where seen.contains(target) {
        throw order.refusal(of: operation, because: other)
      }
    }
    let completed = before.filter {
      switch $0.definition.effect {
      case .external, .random, .updates, .resource, .region: !($0.definition is Placeholder)
      case .none, .variable: false
      }
    }
    return Boundary(operation: operation, crossing: crossing, completed: completed)
  }
}

/// The writes of variables before a cut, and who reads what they write.
private struct WriteOrder {
  /// The variables that are written before the cut.
  private var written: Set<GraphOperation> = []
  /// The operations that need such a write.
  private var after: Set<GraphOperation> = []

  init(before: Set<GraphOperation>, _ needed: [GraphOperation]) {
    for operation in before {
      for target in targets(of: operation) {
        if let variable = variable(of: target) { written.insert(variable) }
        after.insert(operation)
      }
    }
    if after.isEmpty { return }
    for operation in needed
    where operation.inputs.contains(where: { after.contains($0.operation) })
      || operation.controlInputs.contains(where: after.contains)
    {
      after.insert(operation)
    }
  }

  func isAfterWrite(_ operation: GraphOperation) -> Bool { after.contains(operation) }

  /// The operands that an operation writes.
  func targets(of operation: GraphOperation) -> [Output] {
    let inputs = operation.inputs
    return operation.definition.effect.updatedInputs.filter(inputs.indices.contains).map {
      inputs[$0]
    }
  }

  /// The variable that an output shows.
  private func variable(of output: Output) -> GraphOperation? {
    var output = output
    while true {
      let operation = output.operation
      switch (operation.definition.effect, operation.definition.aliasing) {
      case (.variable, _): return operation
      case (.updates(let positions), _):
        guard positions.indices.contains(output.index),
          operation.inputs.indices.contains(positions[output.index])
        else { return nil }
        output = operation.inputs[positions[output.index]]
      case (_, .view(let index)) where output.index == 0:
        guard operation.inputs.indices.contains(index) else { return nil }
        output = operation.inputs[index]
      default: return nil
      }
    }
  }

  /// The reads that come after the cut and must see a variable's value from before the writes.
  ///
  /// Throws where the same read must show the new value, too.
  func oldReads(in rest: [GraphOperation], _ fetches: [Output], at cut: GraphOperation)
    throws(GraphError) -> [Output]
  {
    if written.isEmpty { return [] }
    var old: [(read: Output, reader: GraphOperation)] = []
    var new: Set<Output> = []
    func note(_ output: Output, _ reader: GraphOperation, isAfter: Bool) {
      guard !after.contains(output.operation), let variable = variable(of: output),
        written.contains(variable)
      else { return }
      if isAfter { new.insert(output) } else { old.append((output, reader)) }
    }
    for operation in rest {
      if case .view = operation.definition.aliasing { continue }
      let targets = targets(of: operation)
      for input in operation.inputs where !targets.contains(input) {
        note(input, operation, isAfter: after.contains(operation))
      }
    }
    for fetch in fetches { note(fetch, fetch.operation, isAfter: false) }
    var kept: [Output] = []
    for (read, reader) in old where !kept.contains(read) {
      guard !new.contains(read), read.operation.definition.effect != .variable else {
        throw refusal(of: cut, because: reader)
      }
      kept.append(read)
    }
    return kept
  }

  func refusal(of cut: GraphOperation, because other: GraphOperation) -> GraphError {
    GraphError(
      .unsupported,
      "it waits for updates of variables that '\(other.name)' needs as they were before",
      subject: cut.subject, location: cut.origin.location,
      notes: ["make two runs: first the updates, then this"])
  }
}
