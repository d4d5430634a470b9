/// A part of a computation that an operation holds: the branch of a condition, the body of a loop.
///
/// It is a graph of its own. Its inputs stand for the operands of the operation that holds it;
/// whatever of the surrounding graph it uses is an operand too (see ``Graph/region(_:named:_:)``).
public struct Subgraph: Sendable {
  /// The graph that the operations belong to.
  public let graph: Graph
  /// What stands inside for the operands of the operation, in their order; nil for those that this
  /// part does not use.
  public let inputs: [Output?]
  /// What is computed; nil for a result that another branch alone gives.
  public let results: [Output?]
  /// Operations that must run besides those that the results need.
  public let targets: [GraphOperation]
  /// The operations needed, inputs before users.
  public let operations: [GraphOperation]
  /// The operands that are variables which the part may write, by their position.
  public let updatedInputs: [Int]
  /// Operands that are readings of variables which the part updates, with the operand that is the
  /// variable: inside, they are read anew.
  public let readings: [Int: Int]

  /// A part with its inputs, results and further operations that must run.
  ///
  /// - Parameter variables: for each input the variable that it refers to or was read from, if any.
  public init(
    graph: Graph, inputs: [Output?], results: [Output?], targets: [GraphOperation],
    variables: [Output?] = []
  ) {
    self.graph = graph
    self.inputs = inputs
    self.results = results
    self.targets = targets
    operations = Self.needed(results, targets)
    let updated = Self.updates(operations, inputs)
    updatedInputs = updated
    var readings: [Int: Int] = [:]
    for (position, variable) in variables.enumerated() where !updated.contains(position) {
      if let variable, let place = updated.first(where: { variables[$0] == variable }) {
        readings[position] = place
      }
    }
    self.readings = readings
  }

  /// The operations that some results and targets need, in the order of creation.
  private static func needed(_ results: [Output?], _ targets: [GraphOperation]) -> [GraphOperation]
  {
    var seen = Set(targets)
    for result in results { if let result { seen.insert(result.operation) } }
    var stack = Array(seen)
    while let operation = stack.popLast() {
      for other in operation.inputs.map(\.operation) + operation.controlInputs
      where seen.insert(other).inserted { stack.append(other) }
    }
    return seen.sorted { $0.id < $1.id }
  }

  private static func updates(_ operations: [GraphOperation], _ inputs: [Output?]) -> [Int] {
    var found: Set<Int> = []
    for operation in operations {
      for position in operation.definition.effect.updatedInputs
      where operation.inputs.indices.contains(position) {
        let target = operation.inputs[position].variableReference
        if let target, let input = inputs.firstIndex(of: target) { found.insert(input) }
      }
    }
    return found.sorted()
  }

  /// What an operation that holds these parts does besides computing its outputs.
  public static func effect(of parts: [Subgraph]) -> Effect {
    var updates: Set<Int> = []
    var isPure = true
    var isNeeded = false
    for part in parts {
      updates.formUnion(part.updatedInputs)
      for operation in part.operations {
        switch operation.definition.effect {
        case .none, .variable: continue
        case .random, .resource: break
        case .updates, .external: isNeeded = true
        case .region(_, let inner): isNeeded = isNeeded || inner
        }
        isPure = false
      }
    }
    return isPure ? .none : .region(updates: updates.sorted(), isNeeded: isNeeded)
  }
}

extension Subgraph: Hashable {
  public static func == (a: Subgraph, b: Subgraph) -> Bool {
    a.graph === b.graph && a.inputs == b.inputs && a.results == b.results && a.targets == b.targets
  }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(graph)
    hasher.combine(results)
  }
}

/// An operation that holds parts of a computation.
public protocol RegionDefinition: OpDefinition {
  /// The parts, each with the word that names it in texts.
  var parts: [(label: String, subgraph: Subgraph)] { get }
}

/// What stands inside a ``Subgraph`` for an operand of the operation that holds it.
public struct RegionInput: OpDefinition {
  public static let typeName = "RegionInput"
  /// The type, as far as it is known.
  public let type: TensorType
  /// The value as a shape, as far as it is known.
  public let value: TensorShape?
  /// An input of this type.
  public init(_ type: TensorType, value: TensorShape? = nil) {
    self.type = type
    self.value = value
  }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(type.dtype)), Attribute("shape", .shape(type.shape))]
  }
  public func outputTypes(_ context: InferenceContext) -> [TensorType] { [type] }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? { value }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure("has a value only inside the operation that it belongs to")
  }
}

/// What stands inside a ``Subgraph`` for a variable of the surrounding graph, to be read and written.
public struct RegionVariable: OpDefinition {
  public static let typeName = "RegionVariable"
  /// The type.
  public let type: TensorType
  /// A variable of this type.
  public init(_ type: TensorType) { self.type = type }
  public var effect: Effect { .variable }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(type.dtype)), Attribute("shape", .shape(type.shape))]
  }
  public func outputTypes(_ context: InferenceContext) -> [TensorType] { [type] }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure("holds no value outside a session")
  }
}

extension Effect {
  /// The inputs that are variables which the operation may write.
  public var updatedInputs: [Int] {
    switch self {
    case .updates(let inputs), .region(let inputs, _): inputs
    case .none, .variable, .random, .external, .resource: []
    }
  }
}

extension Output {
  /// The variable that the output refers to, itself or through views and updates of it; nil if it
  /// refers to none.
  public var variableReference: Output? {
    var output = self
    while true {
      let definition = output.operation.definition
      if definition.effect == .variable { return output }
      let inputs = output.operation.inputs
      if case .view(let input) = definition.aliasing, output.index == 0, input < inputs.count {
        output = inputs[input]
      } else if case .updates(let positions) = definition.effect,
        output.index < positions.count, positions[output.index] < inputs.count
      {
        output = inputs[positions[output.index]]
      } else {
        return nil
      }
    }
  }
}
