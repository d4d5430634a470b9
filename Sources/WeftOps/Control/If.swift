import WeftGraph

/// TensorFlow's `If`: one of two parts of a computation, by a truth value.
///
/// The operands are the truth value and whatever the parts use. A result that only one of the parts
/// gives is zeros where the other one runs: such are the values that the gradient needs again.
public struct If: RegionDefinition {
  public static let typeName = "If"
  public static let displayName = "cond"
  /// What runs where the value is true.
  public let then: Subgraph
  /// What runs where it is false.
  public let otherwise: Subgraph
  /// How many of the results the program asked for; the rest serves the gradient.
  public let resultCount: Int
  public let effect: Effect

  /// A choice between two parts.
  public init(then: Subgraph, otherwise: Subgraph, resultCount: Int) {
    self.then = then
    self.otherwise = otherwise
    self.resultCount = resultCount
    effect = Subgraph.effect(of: [then, otherwise])
  }

  public var parts: [(label: String, subgraph: Subgraph)] {
    [("then", then), ("else", otherwise)]
  }
  public var inputNames: [String] { ["predicate"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard let predicate = context.inputs.first, predicate.dtype == .bool,
      predicate.shape.isCompatible(with: [])
    else {
      throw OpFailure(
        "the predicate must be a single truth value, not "
          + (context.inputs.first?.description ?? "nothing"))
    }
    try context.require(count: then.inputs.count)
    guard then.results.count == otherwise.results.count else {
      throw OpFailure(
        "one branch gives \(then.results.count) results, the other \(otherwise.results.count)")
    }
    var types: [TensorType] = []
    for (index, pair) in zip(then.results, otherwise.results).enumerated() {
      switch (pair.0?.type, pair.1?.type) {
      case (let a?, let b?):
        guard a.dtype == b.dtype else {
          throw OpFailure(
            "result \(index) is of \(a.dtype) in one branch and of \(b.dtype) in the other",
            code: .invalidType)
        }
        types.append(TensorType(a.dtype, a.shape.common(with: b.shape)))
      case (let only?, nil), (nil, let only?): types.append(only)
      case (nil, nil): throw OpFailure("no branch gives result \(index)")
      }
    }
    return types
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let isTrue = context.inputs[0].doubles.first != 0
    let part = isTrue ? then : otherwise
    let run = try RegionEvaluation.run(part, context.inputs, context.environment)
    var results: [AnyTensor] = []
    for (index, result) in run.results.enumerated() {
      if let result {
        results.append(result)
      } else {
        let other = isTrue ? otherwise.results[index] : then.results[index]
        let known = index < context.outputTypes.count ? context.outputTypes[index].shape : .unknown
        results.append(try zeroTensor(other?.type?.dtype ?? .float32, known.complete ?? [0]))
      }
    }
    // The other part's variables stay what they are.
    for position in effect.updatedInputs {
      let own = part.updatedInputs.firstIndex(of: position)
      results.append(own.map { run.updated[$0] } ?? context.inputs[position])
    }
    return results
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let operation = context.operation
    let slopes = (0..<resultCount).map { context.gradientIfAny($0)?.output }
    var paths: [[GradientPath]] = []
    let regions = [then, otherwise].map { part in
      operation.graph.region([], named: "cond_grad/\(paths.isEmpty ? "then" : "else")") { _ in
        let found = branchGradients(part, operation, slopes)
        paths.append(found)
        return RegionResult(found.map(\.output), targets: [])
      }
    }
    // The operands that some branch has a gradient for.
    let kept = operation.inputs.indices.filter { position in
      paths.contains { $0[position].output != nil }
    }
    let isBlocked = paths.joined().contains { if case .blocked = $0 { true } else { false } }
    if kept.isEmpty { return isBlocked ? nil : operation.inputs.map { _ in nil } }
    var complete: [OpenRegion] = []
    for var region in regions {
      region.results = kept.map { region.results[$0] }
      complete.append(region)
    }
    let gradient = operation.graph.addIf(
      operation.inputs[0], then: complete[0], otherwise: complete[1],
      defaults: kept.map { operation.inputs[$0] }, name: "cond_grad/If", at: nil)
    var result: [(any AnyNode)?] = operation.inputs.map { _ in nil }
    for (index, position) in kept.enumerated() {
      result[position] = Node<S>(output: gradient.output(index))
    }
    return result
  }

  /// Inside a region: the gradients of one branch's results with respect to the operands.
  private func branchGradients(
    _ part: Subgraph, _ operation: GraphOperation, _ slopes: [Output?]
  ) -> [GradientPath] {
    let graph = operation.graph.innermost
    var saved: [Output: Output] = [:]
    for index in resultCount..<part.results.count {
      if let result = part.results[index] { saved[result] = graph.adopted(operation.output(index)) }
    }
    let operands = operation.inputs.map(graph.adopted)
    let stand = part.repeated(in: graph, operands: operands, saved: saved)
    var objectives: [Output] = []
    var seeds: [Output?] = []
    for (index, slope) in slopes.enumerated() {
      guard let slope, let result = part.results[index], let copy = stand[result] else { continue }
      objectives.append(copy)
      seeds.append(graph.adopted(slope))
    }
    let sources = operands.indices.filter { operands[$0].carriesGradient }
    let found = backpropagate(from: objectives, to: sources.map { operands[$0] }, seeds: seeds)
    var paths = [GradientPath](repeating: .noPath, count: operands.count)
    for (position, path) in zip(sources, found) { paths[position] = path }
    return paths
  }
}

extension GradientPath {
  /// The gradient, where there is one.
  var output: Output? {
    if case .gradient(let output) = self { return output }
    return nil
  }
}

extension Graph {
  /// Adds a choice between two parts built as regions.
  ///
  /// - Parameter defaults: operands whose zeros stand for results that one of the parts lacks.
  func addIf(
    _ predicate: Output, then: OpenRegion, otherwise: OpenRegion, defaults: [Output]? = nil,
    name: String, at location: SourceLocation?
  ) -> GraphOperation {
    var regions = [then, otherwise]
    if let defaults {
      regions = regions.map { region in
        var filled = region
        for (index, operand) in defaults.enumerated() where region.results[index] == nil {
          filled.fill(index, operand)
        }
        return filled
      }
    }
    let operands = uniqueCaptures(of: regions)
    let resultCount = regions[0].results.count
    for error in regions.flatMap(\.errors) { innermost.report(error) }
    let lists = regions.map { $0.subgraph(leading: [nil], captures: operands) }
    let saved = lists.map(\.unrepeatable)
    regions[0].results += saved[0].map(Optional.some) + saved[1].map { _ in nil }
    regions[1].results += saved[0].map { _ in nil } + saved[1].map(Optional.some)
    let parts = regions.map { $0.subgraph(leading: [nil], captures: operands) }
    return after(regions.flatMap(\.controls)) {
      add(
        If(then: parts[0], otherwise: parts[1], resultCount: resultCount),
        inputs: [predicate] + operands, name: name, at: location)
    }
  }
}

extension OpenRegion {
  /// Zeros in place of a result that the part does not give.
  mutating func fill(_ index: Int, _ operand: Output) {
    guard let inner = captures.first(where: { $0.outer == operand })?.inner else {
      results[index] = nil
      return
    }
    results[index] = zeros(like: inner)
  }
}

/// What some parts use of the graph around them, none twice.
func uniqueCaptures(of regions: [OpenRegion]) -> [Output] {
  var seen: Set<Output> = []
  return regions.flatMap(\.captures).map(\.outer).filter { seen.insert($0).inserted }
}

/// A tensor of zeros.
func zeroTensor(_ dtype: DType, _ shape: [Int]) throws(OpFailure) -> AnyTensor {
  do {
    var tensor = try AnyTensor(uninitialized: dtype, shape: shape)
    tensor.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
    return tensor
  } catch {
    throw OpFailure(error.message, code: .outOfMemory)
  }
}
