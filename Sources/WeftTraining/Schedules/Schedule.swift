import WeftOps

/// The parts that schedules have in common: the step and the numbers as nodes of one type, in a scope.
struct Schedule<S: FloatingScalar> {
  let graph: Graph
  let location: SourceLocation
  let step: Node<S>

  /// Builds a schedule in a scope of its own.
  static func build<I: NumericScalar>(
    _ name: String, step: Node<I>, at location: SourceLocation, _ body: (Schedule) -> Node<S>
  ) -> Node<S> {
    let graph = step.graph
    return graph.scope(name) {
      graph.withOrigin(.user(location)) {
        body(Schedule(graph: graph, location: location, step: cast(step, to: S.self)))
      }
    }
  }

  func number(_ value: any HyperParameter, _ name: String) -> Node<S> {
    value.scalar(S.self, in: graph, name: name, at: location)
  }

  /// How many decay periods have passed.
  func periods(_ decaySteps: any HyperParameter, staircase: Bool) -> Node<S> {
    let passed = step / number(decaySteps, "decay_steps")
    return staircase ? floor(passed) : passed
  }
}
