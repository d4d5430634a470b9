import WeftOps

extension Optimizer {
  /// An operation that makes one step of training: it updates the variables so that the loss falls.
  ///
  /// Building never throws: a loss that no variable reaches is reported to the graph, and
  /// `graph.validate()` and every session throw it.
  ///
  /// - Parameters:
  ///   - loss: what to make small; a tensor counts as the sum of its elements.
  ///   - variables: what to train; by default all trainable variables of the graph.
  ///   - globalStep: a counter that grows by one with each step.
  ///   - name: the operation's name; by default the optimizer's.
  @discardableResult
  public func minimize<S: FloatingScalar>(
    _ loss: some NodeConvertible<S>, variables: [any VariableConvertible]? = nil,
    globalStep: (any VariableConvertible)? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> GraphOperation {
    let location = SourceLocation(fileID, line)
    let pairs = gradientPairs(loss.node, variables, location)
    return train(pairs, loss.node.graph, globalStep, name ?? self.name, location)
  }

  /// The gradients of a loss, one for each variable, in their order: to be looked at or changed before
  /// they are applied.
  ///
  /// - Parameter variables: with respect to what; by default all trainable variables of the graph.
  public func computeGradients<S: FloatingScalar>(
    _ loss: some NodeConvertible<S>, variables: [any VariableConvertible]? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> [VariableGradient] {
    gradientPairs(loss.node, variables, SourceLocation(fileID, line))
  }

  /// An operation that updates each variable by its gradient; variables without one stay as they are.
  ///
  /// Errors, reported to the graph: no gradient at all, or one of another shape than its variable.
  @discardableResult
  public func applyGradients(
    _ pairs: [VariableGradient], globalStep: (any VariableConvertible)? = nil,
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> GraphOperation {
    let location = SourceLocation(fileID, line)
    guard let graph = pairs.first?.variable.reference.graph else {
      return operationOfNoGraph(name ?? self.name, at: location)
    }
    // An error found before is why there are none.
    if graph.errors.isEmpty, !pairs.contains(where: { $0.gradient != nil }) {
      let names = pairs.map { "'\($0.variable.name)'" }.joined(separator: ", ")
      graph.report(
        GraphError(
          .noGradient, "none of the variables has a gradient: \(names)", subject: name ?? self.name,
          location: location))
    }
    return train(pairs, graph, globalStep, name ?? self.name, location)
  }

  private func gradientPairs<S: FloatingScalar>(
    _ loss: Node<S>, _ variables: [any VariableConvertible]?, _ location: SourceLocation
  ) -> [VariableGradient] {
    let graph = loss.graph
    let chosen = variables?.map { $0.erased } ?? graph.trainableVariables
    if loss.operation.isPoisoned {
      return chosen.map { VariableGradient(gradient: nil, variable: $0) }
    }
    guard !chosen.isEmpty else {
      graph.report(
        GraphError(
          .noGradient, "there is no variable to train for '\(loss.name)'", subject: name,
          location: location,
          notes: ["make one with graph.variable(...); trainable: false keeps one from training"]))
      return []
    }
    let paths = backpropagate(from: [loss.output], to: chosen.map(\.value))
    let pairs = zip(chosen, paths).map { variable, path in
      if case .gradient(let output) = path {
        return VariableGradient(gradient: output, variable: variable)
      }
      return VariableGradient(gradient: nil, variable: variable)
    }
    if !pairs.contains(where: { $0.gradient != nil }) {
      graph.report(
        noGradientError(
          objective: loss.output, variables: zip(chosen, paths).map { ($0.name, $1) },
          location: location))
    }
    return pairs
  }

  private func train(
    _ pairs: [VariableGradient], _ graph: Graph, _ globalStep: (any VariableConvertible)?,
    _ name: String, _ location: SourceLocation
  ) -> GraphOperation {
    let step = OptimizerStep(graph: graph, name: name, optimizer: self.name, location: location)
    var updates: [GraphOperation] = []
    let reached = pairs.filter { $0.gradient != nil }
    if !reached.isEmpty {
      prepare(reached.map(\.variable), in: step)
      for pair in reached {
        if let gradient = pair.gradient {
          updates.append(update(pair.variable, by: gradient, in: step))
        }
      }
      updates += finish(updates, in: step)
    }
    guard let counter = globalStep?.erased else { return step.group(updates, name: step.name) }
    let done = step.group(updates, name: "\(step.name)/update")
    return graph.after([done]) {
      func open<I: NumericScalar>(_: I.Type) -> Output {
        graph.constant(
          Tensor(I(exactly: 1) ?? .zeroValue), name: "\(step.name)/value", at: location
        )
        .output
      }
      let type: any NumericScalar.Type
      if let known = counter.type.dtype.numericType { type = known } else { type = Int64.self }
      let one = open(type)
      return graph.add(
        AssignAdd(), inputs: [counter.reference, one], name: step.name, at: location)
    }
  }
}

/// What stands for an operation over no variables, which no graph can be known for: a session refuses it.
func operationOfNoGraph(_ name: String, at location: SourceLocation) -> GraphOperation {
  Graph().noOp(name: "\(name)_of_no_variables", fileID: location.fileID, line: location.line)
}
