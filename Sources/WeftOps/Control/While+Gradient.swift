import WeftGraph

extension While {
  /// A loop that goes back through the turns: it takes the values of a turn from the lists, repeats the
  /// turn, and carries the gradients of the variables; those of operands that every turn uses add up.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let operation = context.operation
    let carried = (0..<variableCount).filter { body.inputs[$0]?.carriesGradient ?? false }
    let wanted = carried.compactMap { body.results[$0] }
    let dependent = body.dependence(of: wanted)
    let shared = (variableCount..<body.inputs.count).filter { position in
      guard let input = body.inputs[position] else { return false }
      return input.carriesGradient && dependent.contains(input)
    }
    let graph = operation.graph
    var initial = [operation.output(countIndex)]
    initial += carried.map { index in
      context.gradientIfAny(index)?.output ?? zeros(like: operation.output(index))
    }
    initial += shared.map { zeros(like: operation.inputs[$0]) }
    // Where the lists were used in a gradient before, their values have gradients too.
    let flow = context.gradientIfAny(flowIndex)?.output
    var isBlocked = false
    var isReached = false
    let backward = graph.addWhile(initial, name: "while_grad", at: nil) { state in
      (Node<Int32>(output: state[0]) .> 0).output
    } body: { state in
      let turn = Turn(self, operation, carried: carried, shared: shared, state, flow: flow)
      isBlocked = turn.isBlocked
      isReached = turn.isReached
      return RegionResult(turn.results)
    }
    if isBlocked && !isReached { return nil }
    var result: [(any AnyNode)?] = operation.inputs.map { _ in nil }
    for (index, position) in (carried + shared).enumerated() {
      result[position] = Node<S>(output: backward.output(1 + index))
    }
    return result
  }

  /// One turn of the loop that goes back: what it carries on.
  private struct Turn {
    var results: [Output] = []
    var isBlocked = false
    var isReached = false

    init(
      _ definition: While, _ operation: GraphOperation, carried: [Int], shared: [Int],
      _ state: [Output], flow: Output?
    ) {
      let (body, count) = (definition.body, definition.variableCount)
      let graph = operation.graph.innermost
      let remaining = Node<Int32>(output: state[0]) - 1
      let tie = graph.adopted(operation.output(definition.flowIndex))
      func recorded(_ index: Int) -> Output {
        let type = body.results[index]?.type ?? TensorType(.float32, .unknown)
        let value = index < count ? body.inputs[index]?.type ?? type : type
        let handle = graph.adopted(operation.output(definition.firstList + index))
        return graph.add(
          HistoryRead(value),
          inputs: [handle, remaining.output, tie], at: nil
        ).output(0)
      }
      var operands = (0..<count).map(recorded)
      operands += operation.inputs[count..<body.inputs.count].map(graph.adopted)
      var saved: [Output: Output] = [:]
      for index in count..<body.results.count {
        if let result = body.results[index] { saved[result] = recorded(index) }
      }
      let stand = body.repeated(in: graph, operands: operands, saved: saved)
      var objectives: [Output] = []
      var seeds: [Output?] = []
      for (index, position) in carried.enumerated() {
        guard let result = body.results[position], let copy = stand[result] else { continue }
        objectives.append(copy)
        seeds.append(state[1 + index])
      }
      let sources = (carried + shared).map { operands[$0] }
      let paths = backpropagate(from: objectives, to: sources, seeds: seeds)
      isBlocked = paths.contains { if case .blocked = $0 { true } else { false } }
      isReached = paths.contains { $0.output != nil }
      results = [remaining.output]
      for (index, path) in paths.enumerated() {
        var total = path.output
        if index < carried.count {
          if let flow {
            let list = operation.output(definition.firstList + carried[index])
            let later = gradientInList(
              graph.adopted(list), at: remaining.output, flow: graph.adopted(flow),
              type: sources[index].type)
            total = total.map { sum($0, later) } ?? later
          }
          results.append(total ?? zeros(like: sources[index]))
        } else {
          let before = state[1 + index]
          results.append(total.map { sum(before, $0) } ?? before)
        }
      }
    }

    private func sum(_ a: Output, _ b: Output) -> Output {
      a.graph.add(AddN(count: 2), inputs: [a, b], at: nil).output(0)
    }
  }
}
