/// A variable as the graph keeps it: records, so that it does not hold the graph.
struct VariableEntry: Sendable {
  let reference: GraphOperation.Port
  let value: GraphOperation.Port
  let initialValue: GraphOperation.Port
  let initializer: GraphOperation.Record
  let isTrainable: Bool
}

extension Graph {
  /// Enters a variable, so that sessions, optimizers and savers find it.
  ///
  /// - Parameter sharedName: the name by which ``sharedVariable(named:)`` finds it again.
  public func register(_ variable: AnyVariable, sharedName: String? = nil) {
    let entry = VariableEntry(
      reference: port(variable.reference), value: port(variable.value),
      initialValue: port(variable.initialValue), initializer: variable.initializer.record,
      isTrainable: variable.isTrainable)
    state.withLock { state in
      if let sharedName { state.sharedVariables[sharedName] = state.variables.count }
      state.variables.append(entry)
    }
  }

  /// All variables in the order of creation.
  public var variables: [AnyVariable] { state.withLock { $0.variables }.map(variable) }

  /// The variables that optimizers train by default.
  public var trainableVariables: [AnyVariable] { variables.filter(\.isTrainable) }

  /// The variable made by `getVariable` under that full name.
  public func sharedVariable(named name: String) -> AnyVariable? {
    state.withLock { state in state.sharedVariables[name].map { state.variables[$0] } }
      .map(variable)
  }

  /// The names of the variables made by `getVariable`.
  public var sharedVariableNames: [String] { state.withLock { Array($0.sharedVariables.keys) } }

  /// Adds outputs to a named collection, such as ``updateOperations``.
  public func addToCollection(_ name: String, _ outputs: [Output]) {
    let ports = outputs.map(port)
    state.withLock { $0.collections[name, default: []] += ports }
  }

  /// The outputs in a named collection, in the order of adding.
  public func collection(_ name: String) -> [Output] {
    state.withLock { $0.collections[name] ?? [] }.map(output)
  }

  /// The collection of operations that training should run beside the optimizer's, such as those of
  /// moving averages.
  public static var updateOperations: String { "update_ops" }
  /// The collection of summaries.
  public static var summaries: String { "summaries" }
  /// The collection of losses to be added to the main one, such as weight penalties.
  public static var regularizationLosses: String { "regularization_losses" }

  private func port(_ output: Output) -> GraphOperation.Port {
    GraphOperation.Port(record: output.operation.record, index: output.index)
  }

  private func output(_ port: GraphOperation.Port) -> Output {
    Output(operation: GraphOperation(graph: self, record: port.record), index: port.index)
  }

  private func variable(_ entry: VariableEntry) -> AnyVariable {
    AnyVariable(
      reference: output(entry.reference), value: output(entry.value),
      initialValue: output(entry.initialValue),
      initializer: GraphOperation(graph: self, record: entry.initializer),
      isTrainable: entry.isTrainable)
  }
}
