import Synchronization

/// Collects what a part of a computation uses of the graphs around it while it is being built.
///
/// While a builder is the innermost, operations asked of a graph around it go into its graph, and
/// operands from there become inputs: so the closure of a branch or a loop is written as any other
/// code.
final class RegionBuilder: Sendable {
  let graph: Graph
  let parent: Graph
  private let state = Mutex(State())

  private struct State {
    var inner: [Output: Output] = [:]
    var captures: [OpenRegion.Capture] = []
    var controls: [GraphOperation] = []
  }

  /// The builders at work in this task, the innermost last.
  @TaskLocal static var stack: [RegionBuilder] = []

  init(graph: Graph, parent: Graph) {
    self.graph = graph
    self.parent = parent
  }

  var captures: [OpenRegion.Capture] { state.withLock { $0.captures } }
  var controls: [GraphOperation] { state.withLock { $0.controls } }

  func wait(for operations: [GraphOperation]) { state.withLock { $0.controls += operations } }

  /// What stands in the graph for an output of the graph around it, if anything does already.
  func known(_ outer: Output) -> Output? { state.withLock { $0.inner[outer] } }

  /// What stands in the graph for an output of the graph around it. Constants are repeated, so that
  /// axes and sizes stay known.
  func capture(_ outer: Output) -> Output {
    if let known = known(outer) { return known }
    guard let type = outer.type else { return outer }
    let definition = outer.operation.definition
    let isConstant = definition.constantValue != nil
    var stand = definition
    if definition.effect == .variable {
      stand = RegionVariable(type)
    } else if !isConstant {
      let value = outer.index == 0 ? outer.operation.record.knownShapeValue : nil
      stand = RegionInput(type, value: value)
    }
    let inner = graph.place(stand, outer.operation.name, outer.operation.origin)
    return state.withLock { state in
      // Another thread may have been faster.
      if let known = state.inner[outer] { return known }
      state.inner[outer] = inner
      if isConstant {
        state.controls += outer.operation.controlInputs
      } else {
        state.captures.append(
          OpenRegion.Capture(outer: outer, inner: inner, variable: Self.variable(of: outer)))
      }
      return inner
    }
  }
}

extension RegionBuilder {
  /// The variable that an output refers to or was read from, in the outermost graph.
  static func variable(of output: Output) -> Output? {
    let source = output.variableReference ?? output
    guard let builder = stack.last(where: { $0.graph === source.graph }) else {
      return output.variableReference
    }
    return builder.captures.first { $0.inner == source }?.variable
  }
}

/// A part of a computation just built, before it is known which operands its operation has.
public struct OpenRegion: Sendable {
  /// Something of the surrounding graph that the part uses.
  public struct Capture: Sendable {
    /// The output of the surrounding graph.
    public let outer: Output
    /// What stands for it inside.
    public let inner: Output
    /// The variable that it is, or is a reading of.
    let variable: Output?
  }

  /// The graph of the part.
  public let graph: Graph
  /// What stands for the values that the operation gives the part.
  public let parameters: [Output]
  /// What it uses besides.
  public let captures: [Capture]
  /// What it computes.
  public var results: [Output?]
  /// Operations that must run besides those that the results need.
  public var targets: [GraphOperation]
  /// Operations of the surrounding graph that must have run before.
  public let controls: [GraphOperation]
  /// What was found wrong while it was built: to be reported with the operation that holds it.
  public let errors: [GraphError]

  /// The part with its inputs put in the order of an operation's operands.
  ///
  /// - Parameters:
  ///   - leading: what stands for the first operands.
  ///   - captures: the other operands.
  public func subgraph(leading: [Output?], captures operands: [Output]) -> Subgraph {
    var found: [Output: Capture] = [:]
    for capture in captures { found[capture.outer] = capture }
    let inner = operands.map { found[$0] }
    return Subgraph(
      graph: graph, inputs: leading + inner.map { $0?.inner }, results: results,
      targets: targets, variables: leading.map { _ in nil } + inner.map { $0?.variable })
  }
}

/// What the closure of a part gives.
public struct RegionResult: Sendable {
  /// What is computed.
  public let results: [Output?]
  /// Operations that must run besides; nil for all of the part that have effects.
  public let targets: [GraphOperation]?
  /// A result.
  public init(_ results: [Output?], targets: [GraphOperation]? = nil) {
    self.results = results
    self.targets = targets
  }
}

extension Graph {
  /// Builds a part of a computation that an operation of this graph is to hold.
  ///
  /// Operations made in the body go into a graph of its own. What they use of this graph, or of one
  /// around it, becomes an input: the operation must have it as an operand.
  ///
  /// - Parameters:
  ///   - types: what the operation gives the part.
  ///   - name: the scope of the part's operations.
  ///   - body: takes what stands for those values.
  public func region(
    _ types: [TensorType], named name: String, _ body: ([Output]) throws -> RegionResult
  ) rethrows -> OpenRegion {
    let outer = innermost
    let inner = Graph(seed: seed, seedPolicy: seedPolicy, isRegion: true)
    var scope = outer.currentScope
    let wish = scope.path(name)
    scope.names = outer.state.withLock { $0.names.reserve(wish) }
    scope.controlInputs = []
    let builder = RegionBuilder(graph: inner, parent: outer)
    return try RegionBuilder.$stack.withValue(RegionBuilder.stack + [builder]) {
      try inner.within(scope) {
        let parameters = types.enumerated().map { index, type in
          inner.place(RegionInput(type), "argument\(index)", scope.origin ?? .unknown)
        }
        let made = try body(parameters)
        let results = made.results.map { $0.map(inner.adopted) }
        let targets = made.targets?.filter { $0.graph == inner } ?? inner.operationsWithEffects
        return OpenRegion(
          graph: inner, parameters: parameters, captures: builder.captures, results: results,
          targets: targets, controls: builder.controls, errors: inner.errors)
      }
    }
  }

  /// Makes the operations of the body in this very graph, also inside the closure of a branch or a
  /// loop: variables are made so.
  public func outsideOfRegions<R>(_ body: () throws -> R) rethrows -> R {
    try RegionBuilder.$stack.withValue([], operation: body)
  }

  /// The graph that new operations go into: this one, or inside the closure of a branch or a loop
  /// that of the closure.
  public var innermost: Graph {
    var graph = self
    for builder in RegionBuilder.stack where builder.parent === graph { graph = builder.graph }
    return graph
  }

  /// What stands in this graph for an output of a graph around it; the output itself where it is of
  /// this graph, or of a stranger.
  public func adopted(_ output: Output) -> Output {
    if output.graph === self { return output }
    var output = output
    for builder in RegionBuilder.stack where builder.parent === output.graph {
      output = builder.capture(output)
      if output.graph === self { break }
    }
    return output
  }

  /// What stands in the innermost graph for an output if it has been used there already, else the
  /// output itself.
  public func knownInside(_ output: Output) -> Output {
    var output = output
    for builder in RegionBuilder.stack where builder.parent === output.graph {
      guard let inner = builder.known(output) else { break }
      output = inner
    }
    return output
  }

  /// Adds what stands for something else, whatever scopes say.
  func place(_ definition: any OpDefinition, _ name: String, _ origin: Origin) -> Output {
    var scope = ownScope
    scope.origin = origin
    scope.controlInputs = []
    scope.device = nil
    var all = Scope.current
    all[ObjectIdentifier(self)] = scope
    return Scope.$current.withValue(all) {
      enter(inputs: [], name: name, at: nil) { _ in definition }.output(0)
    }
  }

  private var operationsWithEffects: [GraphOperation] {
    operations.filter { operation in
      switch operation.definition.effect {
      case .updates, .external: !operation.isPoisoned
      case .region(_, let isNeeded): isNeeded && !operation.isPoisoned
      case .none, .variable, .random, .resource: false
      }
    }
  }
}
