import WeftGraph

extension Subgraph {
  /// The operations that the results need by their operands.
  private var computing: [GraphOperation] {
    var seen = Set(results.compactMap { $0?.operation })
    var stack = Array(seen)
    while let operation = stack.popLast() {
      for input in operation.inputs where seen.insert(input.operation).inserted {
        stack.append(input.operation)
      }
    }
    return operations.filter(seen.contains)
  }

  /// What a repetition of the part would not find again: random numbers, what was taken from lists, and
  /// the values of variables that the part updates.
  var unrepeatable: [Output] {
    let updated = Set(updatedInputs.compactMap { inputs[$0] })
    var found = readings.keys.sorted().compactMap { inputs[$0] }
    for operation in computing {
      switch operation.definition.effect {
      case .none:
        guard case .view = operation.definition.aliasing, !updated.isEmpty,
          let variable = operation.output(0).variableReference, updated.contains(variable)
        else { continue }
        found.append(operation.output(0))
      case .variable: continue
      case .updates, .random, .external, .resource, .region: found += operation.outputs
      }
    }
    return found
  }

  /// Repeats the computation of the results in the graph that is being built, for these operands.
  ///
  /// - Parameter saved: what stands for ``unrepeatable`` outputs.
  /// - Returns: what stands for each output of the part.
  func repeated(in graph: Graph, operands: [Output], saved: [Output: Output]) -> [Output: Output] {
    var stand = saved
    for (input, operand) in zip(inputs, operands) {
      if let input, saved[input] == nil { stand[input] = operand }
    }
    for operation in computing {
      let isKnown = operation.outputs.contains { stand[$0] != nil && saved[$0] == nil }
      if isKnown || operation.definition is RegionInput { continue }
      let inputs = operation.inputs.map { stand[$0] ?? $0 }
      let results = operation.outputs.compactMap { saved[$0] }
      var definition = operation.definition
      if let first = results.first, results.count == operation.outputs.count {
        // A view of a variable is as good as any value.
        guard !definition.isPure else {
          stand[operation.output(0)] = first
          continue
        }
        definition = Recorded(definition, inputCount: inputs.count)
      }
      let copy = graph.withOrigin(operation.origin) {
        graph.add(
          definition, inputs: definition is Recorded ? inputs + results : inputs,
          name: operation.name, at: nil)
      }
      for (old, new) in zip(operation.outputs, copy.outputs) { stand[old] = new }
    }
    return stand
  }

  /// For each input whether some of these results depend on it.
  func dependence(of wanted: [Output]) -> Set<Output> {
    var seen = Set(wanted.map(\.operation))
    var stack = Array(seen)
    while let operation = stack.popLast() {
      for input in operation.inputs where seen.insert(input.operation).inserted {
        stack.append(input.operation)
      }
    }
    return Set(inputs.compactMap { $0 }.filter { seen.contains($0.operation) })
  }
}

extension Output {
  /// Whether gradients flow through it inside of branches and loops.
  var carriesGradient: Bool {
    guard let dtype = type?.dtype, operation.definition.effect != .variable else { return false }
    return dtype == .float32 || dtype == .float64
  }
}

/// Zeros of an output's type and shape.
func zeros(like output: Output) -> Output {
  output.graph.add(ZerosLike(), inputs: [output], at: nil).output(0)
}
