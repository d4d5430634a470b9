import WeftOps

extension GraphExport {
  /// A graph without variables: each that is needed is a constant of its name.
  ///
  /// ```swift
  /// let frozen = try GraphExport(freezing: graph, outputs: [softmax.output]) {
  ///   try session.value(of: $0)
  /// }
  /// try frozen.write(to: "frozen.pb")
  /// ```
  /// - Parameters:
  ///   - outputs: what the new graph computes; only what they need is in it.
  ///   - value: the value of a variable.
  ///
  /// Throws ``WeftGraph/GraphError`` if the outputs change variables, as a training step does, if a value
  /// does not fit its variable, and as ``init(_:outputs:operations:catalogue:)``; and what `value`
  /// throws.
  public init(
    freezing graph: Graph, outputs: [Output], catalogue: OperationCatalogue = .standard,
    value: (AnyVariable) throws -> AnyTensor
  ) throws {
    let members = Self.closure(of: outputs.map(\.operation))
    let changing = members.first {
      if case .updates = $0.definition.effect { true } else { false }
    }
    if let first = changing {
      throw GraphError(
        .unsupported, "the outputs change variables: '\(first.name)' is a \(first.typeName)",
        notes: ["name the outputs of the model alone, such as its predictions"])
    }
    let needed = Set(members)
    var frozen: [GraphOperation: Const] = [:]
    for variable in graph.variables where needed.contains(variable.reference.operation) {
      let tensor = try value(variable)
      let type = TensorType(tensor.dtype, TensorShape(tensor.shape))
      if let wanted = variable.reference.type,
        wanted.dtype != type.dtype || !wanted.shape.isCompatible(with: type.shape)
      {
        throw GraphError(
          .invalidArgument, "the variable '\(variable.name)' is \(wanted), its value \(type)")
      }
      frozen[variable.reference.operation] = Const(tensor)
    }
    let missing = members.filter { $0.definition is VariableV2 && frozen[$0] == nil }
    if let first = missing.first {
      throw GraphError(.uninitializedVariable, "the variable '\(first.name)' has no value")
    }
    try self.init(
      graph, outputs: outputs, operations: [], catalogue: catalogue, frozen: frozen)
  }
}
