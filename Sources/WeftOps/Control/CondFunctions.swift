import WeftGraph

/// The nodes of one of two branches, by a truth value known when the graph runs.
///
/// ```swift
/// let y = cond(sum(x) .> 0) { sqrt(x) } else: { -x }
/// let (a, b) = cond(isTraining) { (x * 2, x + 1) } else: { (x, x) }
/// ```
/// Only the operations of the branch that is taken run. Both branches may use any node of the graph
/// around them. Operations with effects that a branch makes, such as assignments, assertions and
/// prints, run where it is taken, also where no result needs them.
///
/// - Parameters:
///   - predicate: a single truth value.
///   - then: what is computed where it is true.
///   - otherwise: what is computed where it is false: as many nodes, of the same element types.
///
/// Shapes: what both branches have in common; dimensions that differ are known when the graph runs.
///
/// Errors: a predicate that is not a single truth value; results of other element types.
///
/// Gradient: that of the branch that is taken, with respect to all that the branches use; zero for what
/// only the other one uses.
public func cond<each S: TensorScalar>(
  _ predicate: some NodeConvertible<Bool>, name: String? = nil, fileID: String = #fileID,
  line: Int = #line, then: () throws -> (repeat Node<each S>),
  else otherwise: () throws -> (repeat Node<each S>)
) rethrows -> (repeat Node<each S>) {
  let predicate = predicate.node
  let operation = try predicate.graph.addIf(
    predicate.output, name: name ?? "cond", at: SourceLocation(fileID, line)
  ) {
    let nodes = try then()
    var results: [Output?] = []
    repeat results.append((each nodes).output)
    return RegionResult(results)
  } otherwise: {
    let nodes = try otherwise()
    var results: [Output?] = []
    repeat results.append((each nodes).output)
    return RegionResult(results)
  }
  var index = -1
  func next<T: TensorScalar>(_: T.Type) -> Node<T> {
    index += 1
    return Node(output: operation.output(index))
  }
  return (repeat next((each S).self))
}

extension Graph {
  /// An operation that runs one of two groups of operations, by a truth value.
  ///
  /// ```swift
  /// let keepBest = graph.cond(accuracy .> best) { [best.assign(accuracy)] } else: { [] }
  /// ```
  /// The operations of a group are made in its closure.
  public func cond(
    _ predicate: some NodeConvertible<Bool>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line, run: () throws -> [GraphOperation],
    else otherwise: () throws -> [GraphOperation]
  ) rethrows -> GraphOperation {
    try addIf(
      predicate.node.output, name: name ?? "cond", at: SourceLocation(fileID, line)
    ) {
      RegionResult([], targets: try run())
    } otherwise: {
      RegionResult([], targets: try otherwise())
    }
  }

  /// An operation that runs a group of operations where a truth value holds, and else nothing.
  public func cond(
    _ predicate: some NodeConvertible<Bool>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line, run: () throws -> [GraphOperation]
  ) rethrows -> GraphOperation {
    try cond(
      predicate, name: name, fileID: fileID, line: line, run: run,
      else: { () -> [GraphOperation] in [] })
  }

  /// Adds a choice between two parts over outputs of any types.
  public func addIf(
    _ predicate: Output, name: String, at location: SourceLocation?,
    then: () throws -> RegionResult, otherwise: () throws -> RegionResult
  ) rethrows -> GraphOperation {
    let outer = innermost
    return try scope(name) {
      let first = try region([], named: "then") { _ in try then() }
      let second = try region([], named: "else") { _ in try otherwise() }
      return outer.addIf(predicate, then: first, otherwise: second, name: "If", at: location)
    }
  }
}
