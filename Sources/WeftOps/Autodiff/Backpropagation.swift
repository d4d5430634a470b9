import WeftGraph

/// The gradient with respect to one node, or why there is none.
public enum GradientPath: Hashable, Sendable {
  /// The gradient.
  case gradient(Output)
  /// The objective does not depend on the node.
  case noPath
  /// Every path leads through this operation, which has no gradient.
  case blocked(GraphOperation)
}

/// Adds the gradients of some outputs with respect to others to the graph, in reverse mode.
///
/// Operations are visited in reverse order of creation, from the objectives to the sources; the
/// gradients that meet at an output are added up. Only operations on a path between the two are
/// visited.
///
/// - Parameters:
///   - objectives: what is differentiated; several are summed.
///   - sources: with respect to what.
///   - seeds: the gradients with respect to the objectives; ones where nil.
///   - stops: outputs counted as constants.
public func backpropagate(
  from objectives: [Output], to sources: [Output], seeds: [Output?] = [], stops: Set<Output> = []
) -> [GradientPath] {
  guard let graph = objectives.first?.graph else { return sources.map { _ in .noPath } }
  // Inside a branch or a loop what is used of the graph around it has a stand-in.
  let sources = graph.isRegion ? sources.map(graph.knownInside) : sources
  let stops = graph.isRegion ? Set(stops.map(graph.knownInside)) : stops
  var engine = Backpropagation(graph: graph, sources: Set(sources), stops: stops)
  return graph.scope("gradients") {
    GradientPass.$name.withValue(GradientPass.name ?? graph.scopePath) {
      engine.run(objectives, seeds)
      return sources.map { engine.path(to: $0) }
    }
  }
}

private struct Backpropagation {
  let graph: Graph
  let sources: Set<Output>
  let stops: Set<Output>
  /// Operations that depend on a source.
  var dependent: Set<GraphOperation> = []
  var pending: [Output: [Output]] = [:]
  var summed: [Output: Output] = [:]
  var blockers: [GraphOperation] = []

  mutating func run(_ objectives: [Output], _ seeds: [Output?]) {
    let ancestors = collectAncestors(objectives)
    markDependents(ancestors)
    for (index, objective) in objectives.enumerated() {
      guard objective.type?.dtype.gradientType != nil else { continue }
      let seed = (index < seeds.count ? seeds[index] : nil) ?? ones(like: objective)
      pending[objective, default: []].append(seed)
    }
    for operation in ancestors.reversed() where dependent.contains(operation) {
      differentiate(operation)
    }
    for source in sources { _ = gradient(of: source) }
  }

  /// The operations that the objectives need, in order of creation.
  private func collectAncestors(_ objectives: [Output]) -> [GraphOperation] {
    var seen = Set(objectives.map(\.operation))
    var stack = Array(seen)
    while let operation = stack.popLast() {
      for input in operation.inputs where seen.insert(input.operation).inserted {
        stack.append(input.operation)
      }
    }
    return seen.sorted { $0.id < $1.id }
  }

  private mutating func markDependents(_ ancestors: [GraphOperation]) {
    for operation in ancestors {
      let isSource = operation.outputs.contains(where: sources.contains)
      let inherits = operation.inputs.contains {
        !stops.contains($0) && (dependent.contains($0.operation) || sources.contains($0))
      }
      if isSource || inherits { dependent.insert(operation) }
    }
  }

  private mutating func differentiate(_ operation: GraphOperation) {
    let gradients = operation.outputs.map { gradient(of: $0) }
    guard let first = gradients.firstIndex(where: { $0 != nil }),
      operation.inputs.contains(where: leadsToSource),
      let type = operation.outputTypes[first].dtype.gradientType
    else { return }
    guard let rows = rule(operation, gradients, type) else {
      blockers.append(operation)
      return
    }
    for (input, row) in zip(operation.inputs, rows) {
      guard let row, leadsToSource(input) else { continue }
      pending[input, default: []].append(row)
    }
  }

  private func leadsToSource(_ input: Output) -> Bool {
    !stops.contains(input) && (dependent.contains(input.operation) || sources.contains(input))
  }

  private func rule<S: FloatingScalar>(
    _ operation: GraphOperation, _ gradients: [Output?], _: S.Type
  ) -> [Output?]? {
    let context = GradientContext<S>(operation: operation, outputGradients: gradients)
    func build() -> [Output?]? {
      graph.withOrigin(.gradient(of: operation.name, from: operation.origin)) {
        operation.definition.gradients(context)?.map { $0?.output }
      }
    }
    guard let device = operation.device else { return build() }
    return graph.device(device.name, soft: device.isSoft, build)
  }

  /// The sum of the gradients that have met at an output so far.
  private mutating func gradient(of output: Output) -> Output? {
    if let known = summed[output] { return known }
    guard let parts = pending[output] else { return nil }
    let total =
      parts.count == 1
      ? parts[0]
      : graph.withOrigin(.gradient(of: output.operation.name, from: output.operation.origin)) {
        addUp(parts)
      }
    summed[output] = total
    return total
  }

  private func addUp(_ parts: [Output]) -> Output {
    if parts.count > AddN.operandLimit {
      let starts = stride(from: 0, to: parts.count, by: AddN.operandLimit)
      return addUp(starts.map { addUp(Array(parts[$0...].prefix(AddN.operandLimit))) })
    }
    let sum = AddN(count: parts.count)
    guard let dtype = parts[0].type?.dtype, !dtype.isFloating else {
      return graph.add(sum, inputs: parts, at: nil).output(0)
    }
    // Storage types have no arithmetic of their own.
    let wide = parts.map { graph.add(Cast(to: .float32), inputs: [$0], at: nil).output(0) }
    let total = graph.add(sum, inputs: wide, at: nil)
    return graph.add(Cast(to: dtype), inputs: total.outputs, at: nil).output(0)
  }

  private func ones(like output: Output) -> Output {
    func open<S: TensorScalar>(_: S.Type) -> Output {
      let one = graph.constant(Tensor(S(converting: 1)), name: "grad_ys_0", at: nil)
      if output.type?.shape.rank == 0 { return one.output }
      return graph.add(
        BroadcastTo(), inputs: [one.output, shapeNode(output).output], at: nil
      ).output(0)
    }
    guard let type = output.type?.dtype.scalarType else { return output }
    return graph.withOrigin(.gradient(of: output.operation.name, from: output.operation.origin)) {
      open(type)
    }
  }

  func path(to source: Output) -> GradientPath {
    if let gradient = summed[source] { return .gradient(gradient) }
    // A blocker counts only if the source lies before it.
    for blocker in blockers where reaches(source, blocker) { return .blocked(blocker) }
    return .noPath
  }

  private func reaches(_ source: Output, _ operation: GraphOperation) -> Bool {
    var seen: Set<GraphOperation> = [operation]
    var stack = [operation]
    while let next = stack.popLast() {
      for input in next.inputs {
        if input == source { return true }
        if seen.insert(input.operation).inserted { stack.append(input.operation) }
      }
    }
    return false
  }
}

extension DType {
  /// The type of the nodes that a gradient rule sees for a tensor of this type; nil where no
  /// gradients flow. The nodes of a storage type pass through casts and copies as if they were
  /// `Float`'s.
  fileprivate var gradientType: (any FloatingScalar.Type)? {
    self == .float16 || self == .bfloat16 ? Float.self : floatingType
  }
}
