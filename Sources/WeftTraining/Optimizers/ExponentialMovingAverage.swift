import WeftOps

/// Running averages of variables, which often do better than the variables themselves when a model is
/// judged.
///
/// Formula: shadow -= (1 - decay) * (shadow - variable); with `updates`, the decay is at most
/// (1 + updates) / (10 + updates), so that the average moves quickly at first.
///
/// ```swift
/// let averages = ExponentialMovingAverage(decay: 0.999, updates: step).apply(to: [w, b], after: [train])
/// try session.run(averages.update, feeding: [x: images, labels: oneHot])  // trains, then averages
/// let smooth = try session.value(of: averages.average(of: w))
/// ```
public struct ExponentialMovingAverage: Sendable {
  /// How much of the average stays in each update.
  public var decay: any HyperParameter
  /// The number of updates so far, if the decay is to grow with it.
  public var updates: (any HyperParameter)?

  /// Averages with a decay.
  public init(decay: any HyperParameter, updates: (any HyperParameter)? = nil) {
    self.decay = decay
    self.updates = updates
  }

  /// Makes a shadow of each variable, `w/ExponentialMovingAverage`, and the operation that updates them.
  ///
  /// - Parameters:
  ///   - variables: what to average.
  ///   - operations: what must have run before, as a rule the training operation.
  public func apply(
    to variables: [any VariableConvertible], after operations: [GraphOperation] = [],
    fileID: String = #fileID, line: Int = #line
  ) -> MovingAverages {
    let location = SourceLocation(fileID, line)
    guard let graph = variables.first?.erased.reference.graph else {
      return MovingAverages(
        update: operationOfNoGraph("ExponentialMovingAverage", at: location), shadows: [:])
    }
    let step = OptimizerStep(
      graph: graph, name: "ExponentialMovingAverage", optimizer: "ExponentialMovingAverage",
      location: location)
    var shadows: [Output: AnyVariable] = [:]
    var changes: [GraphOperation] = []
    graph.withOrigin(.user(location)) {
      for variable in variables.map({ $0.erased }) where shadows[variable.reference] == nil {
        let shadow = makeShadow(of: variable, graph, location)
        shadows[variable.reference] = shadow
        changes.append(graph.after(operations) { update(shadow, from: variable, step) })
      }
    }
    return MovingAverages(update: step.group(changes, name: step.name), shadows: shadows)
  }

  private func makeShadow(of variable: AnyVariable, _ graph: Graph, _ location: SourceLocation)
    -> AnyVariable
  {
    func open<S: FloatingScalar>(_: S.Type) -> AnyVariable {
      graph.beside(variable) {
        let name = graph.vacantName("\(variable.name)/ExponentialMovingAverage")
        // It reads the variable, so a session gives it its value after the variable's.
        let initial = identity(
          Node<S>(output: variable.value), name: "\(name)/initial_value",
          fileID: location.fileID, line: location.line)
        return graph.makeVariable(initial, name: name, trainable: false, at: location).erased
      }
    }
    return open(realType(variable))
  }

  private func update(_ shadow: AnyVariable, from variable: AnyVariable, _ step: OptimizerStep)
    -> GraphOperation
  {
    func open<S: FloatingScalar>(_: S.Type) -> GraphOperation {
      var decay = Node<S>(output: step.parameter(self.decay, "decay", for: variable))
      if let updates {
        let count = Node<S>(output: step.parameter(updates, "num_updates", for: variable))
        decay = minimum(decay, (S(1) + count) / (S(10) + count))
      }
      let difference = Node<S>(output: shadow.value) - Node<S>(output: variable.value)
      return Variable<S>(erased: shadow).assignSub(
        difference * (S(1) - decay), name: "\(step.name)/AssignMovingAvg",
        fileID: step.location.fileID, line: step.location.line)
    }
    return open(realType(variable))
  }
}

/// The running averages of some variables.
public struct MovingAverages: Sendable {
  /// The operation that updates all of them.
  public let update: GraphOperation
  let shadows: [Output: AnyVariable]

  /// The average of a variable; the variable itself if it is not averaged.
  public func average<S>(of variable: Variable<S>) -> Variable<S> {
    Variable(erased: shadows[variable.erased.reference] ?? variable.erased)
  }
}
