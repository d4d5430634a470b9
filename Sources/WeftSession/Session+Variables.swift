import WeftOps

extension Session {
  /// Gives variables their initial values: all of them, or those named.
  ///
  /// A variable whose initial value reads other variables is initialised after those.
  /// Throws ``GraphError`` if initial values depend on each other in a circle.
  public func initializeVariables(_ variables: [AnyVariable]? = nil) throws(GraphError) {
    var waiting = variables ?? graph.variables
    let all = Dictionary(
      graph.variables.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
    while !waiting.isEmpty {
      let names = Set(waiting.map(\.reference))
      let ready = waiting.filter { variable in
        readVariables(variable.initialValue, all).allSatisfy {
          !names.contains($0) || $0 == variable.reference
        }
      }
      guard !ready.isEmpty else {
        throw GraphError(
          .invalidState,
          "initial values depend on each other: "
            + waiting.map { "'\($0.name)'" }.joined(separator: ", "))
      }
      try run(ready.map(\.initializer))
      let done = Set(ready.map(\.reference))
      waiting.removeAll { done.contains($0.reference) }
    }
  }

  /// Gives one variable its initial value.
  public func initialize<S>(_ variable: Variable<S>) throws(GraphError) {
    try initializeVariables([variable.erased])
  }

  private func readVariables(_ output: Output, _ all: [Output: AnyVariable]) -> Set<Output> {
    var found: Set<Output> = []
    var seen: Set<GraphOperation> = [output.operation]
    var stack = [output.operation]
    while let operation = stack.popLast() {
      if all[operation.output(0)] != nil { found.insert(operation.output(0)) }
      for other in operation.inputs.map(\.operation) + operation.controlInputs
      where seen.insert(other).inserted { stack.append(other) }
    }
    return found
  }

  /// Whether the variable has a value.
  public func hasValue(_ variable: AnyVariable) -> Bool { store.hasValue(variable) }

  /// The present value of a variable.
  ///
  /// Throws ``GraphError`` if it has none yet.
  public func value<S: TensorScalar>(of variable: Variable<S>) throws(GraphError) -> Tensor<S> {
    try run(variable)
  }

  /// The present value of a variable of any element type.
  public func value(of variable: AnyVariable) throws(GraphError) -> AnyTensor {
    try run(variable.value)
  }

  /// Gives a variable a value.
  ///
  /// Throws ``GraphError`` if the shape is another than the variable's.
  public func load<S: TensorScalar>(_ value: Tensor<S>, into variable: Variable<S>)
    throws(GraphError)
  {
    try load(AnyTensor(value), into: variable.erased)
  }

  /// Gives a variable of any element type a value.
  public func load(_ value: AnyTensor, into variable: AnyVariable) throws(GraphError) {
    guard variable.reference.graph == graph else {
      throw GraphError(.foreignNode, "'\(variable.name)' belongs to another graph")
    }
    guard value.type == variable.type else {
      throw GraphError(
        .invalidFeed, "is \(variable.type), was given \(value.type)",
        subject: "variable '\(variable.name)'", location: variable.location)
    }
    try checkOpen()
    let memory = try store.memory(of: variable, on: device(of: variable))
    let version = store.version(of: variable)
    try updateLock.whileHeld(alone: true) { () throws(GraphError) in
      defer { version.advance() }
      try memory.upload(from: value.sharedStorage.pointer)
    }
    store.markAsSet([variable])
  }
}
