extension Graph {
  /// Adds an operation: the one way by which every operation, built-in or custom, enters a graph.
  ///
  /// - Parameters:
  ///   - definition: what the operation is.
  ///   - inputs: its operands, all of this graph.
  ///   - name: the wished name; made unique, below the present scope. By default the type name.
  ///   - location: the Swift line; nil (for operators, which cannot take it) stands for the nearest
  ///     operand's.
  @discardableResult
  public func add(
    _ definition: any OpDefinition, inputs: [Output] = [], name: String? = nil,
    at location: SourceLocation?
  ) -> GraphOperation {
    add(inputs: inputs, name: name ?? definition.typeName, at: location) { _ in definition }
  }

  /// Adds an operation whose attributes depend on the name it gets, as seeds do.
  @discardableResult
  public func add(
    inputs: [Output], name: String, at location: SourceLocation?,
    _ define: (PlannedOperation) -> any OpDefinition
  ) -> GraphOperation {
    // Inside the closure of a branch or a loop operations belong to it.
    let graph = innermost
    return graph.enter(inputs: inputs.map(graph.adopted), name: name, at: location, define)
  }

  func enter(
    inputs: [Output], name: String, at location: SourceLocation?,
    _ define: (PlannedOperation) -> any OpDefinition
  ) -> GraphOperation {
    let scope = ownScope
    var failure: GraphError?
    let record = state.withLock { state in
      let id = state.records.count
      let unique = state.names.take(scope.path(name), index: id)
      let definition = define(PlannedOperation(name: unique, index: id))
      var draft = Draft(
        id: id, name: unique, definition: definition, inputs: inputs,
        controlInputs: scope.controlInputs, device: scope.device,
        origin: scope.origin ?? origin(at: location, inputs: inputs), graph: self)
      if state.sealCount > 0 {
        draft.fail(
          OpFailure("added after a session sealed the graph", code: .sealedGraph),
          notes: [
            "build the graph before the session, or add to it inside session.extend { }",
            "an operation made in a training loop makes the graph grow with every step",
          ])
      }
      draft.infer()
      failure = draft.error
      let record = draft.finish()
      state.records.append(record)
      return record
    }
    if let failure {
      // Operators cannot take #line: look at the stack, once, now that there is an error to place.
      // Inside a function made of several operations the scope knows the user's line.
      let place = scope.origin == nil ? location ?? CallSite.outsideWeft() : nil
      let placed = GraphError(
        failure.code, failure.message, subject: failure.subject,
        location: place ?? failure.location, notes: failure.notes)
      state.withLock { $0.errors.append(placed) }
    }
    return GraphOperation(graph: self, record: record)
  }

  private func origin(at location: SourceLocation?, inputs: [Output]) -> Origin {
    if let location { return .user(location) }
    return inputs.lazy.compactMap(\.operation.origin.location).last.map(Origin.user) ?? .unknown
  }
}

/// The name and position that an operation is about to get.
public struct PlannedOperation: Sendable {
  /// The unique name.
  public let name: String
  /// The number of operations already in the graph.
  public let index: Int
  /// A name and a position.
  public init(name: String, index: Int) {
    self.name = name
    self.index = index
  }
}

/// An operation being built: inference, and the error if it fails.
private struct Draft {
  let id: Int
  let name: String
  let definition: any OpDefinition
  let inputs: [Output]
  let controlInputs: [GraphOperation.Record]
  let device: DeviceRequest?
  let origin: Origin
  let graph: Graph
  var outputTypes: [TensorType] = []
  var shapeValue: TensorShape?
  var error: GraphError?
  var isPoisoned = false

  mutating func infer() {
    if inputs.contains(where: \.operation.isPoisoned) { isPoisoned = true }
    let isBroken = isPoisoned
    if let empty = inputs.lazy.compactMap({ $0.operation.definition as? NoOperands }).first {
      isPoisoned = false
      fail(empty.failure, notes: [empty.note].compactMap { $0 })
    } else if !isBroken, let stranger = inputs.first(where: { $0.graph != graph }) {
      fail(
        OpFailure("'\(stranger.name)' belongs to another graph", code: .foreignNode),
        notes: stranger.graph.isRegion
          ? ["it is a part of a branch or a loop: make it one of their results"] : nil)
    }
    guard !isPoisoned else { return }
    let types = inputs.compactMap(\.type)
    guard types.count == inputs.count else {
      fail(OpFailure("an operand names an output that its operation does not have"))
      return
    }
    let context = InferenceContext(
      inputs: types,
      constants: inputs.map { $0.operation.definition.constantValue },
      shapes: inputs.map { $0.index == 0 ? $0.operation.record.knownShapeValue : nil })
    do throws(OpFailure) {
      outputTypes = try definition.outputTypes(context)
      for type in outputTypes { try type.checkSize() }
      shapeValue = definition.shapeValue(context)
    } catch { fail(error) }
  }

  mutating func fail(_ failure: OpFailure, notes: [String]? = nil) {
    isPoisoned = true
    guard error == nil else { return }
    error = GraphError(
      failure.code, failure.message,
      subject: "\(type(of: definition).displayName) '\(name)'", location: origin.location,
      notes: notes ?? operandNotes)
  }

  private var operandNotes: [String] {
    let labels = definition.inputNames
    let width = labels.map(\.count).max() ?? 0
    return inputs.enumerated().map { index, input in
      var label =
        index < labels.count ? labels[index] : inputs.count == 1 ? "input" : "input \(index)"
      label += String(repeating: " ", count: max(0, width - label.count))
      let place = input.operation.origin.location.map { " from \($0)" } ?? ""
      return "\(label) '\(input.sourceName)'\(place)"
    }
  }

  func finish() -> GraphOperation.Record {
    GraphOperation.Record(
      id: id, name: name, definition: definition,
      inputs: inputs.map { GraphOperation.Port(record: $0.operation.record, index: $0.index) },
      controlInputs: controlInputs, outputTypes: isPoisoned ? [] : outputTypes,
      knownShapeValue: shapeValue, device: device, origin: origin, isPoisoned: isPoisoned)
  }
}

extension Output {
  /// The name that the user knows: that of the variable where the output is the read of one.
  var sourceName: String {
    guard case .view = operation.definition.aliasing, let source = operation.inputs.first,
      source.operation.definition.effect == .variable
    else { return name }
    return source.name
  }
}
