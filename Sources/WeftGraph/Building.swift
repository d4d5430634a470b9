/// Adds an operation with one result: what every function over nodes ends in.
///
/// ```swift
/// public func relu<S: FloatingScalar>(_ x: some NodeConvertible<S>, ...) -> Node<S> {
///   apply(Relu(), [x.node], name: name, at: SourceLocation(fileID, line))
/// }
/// ```
public func apply<Result: TensorScalar>(
  _ definition: any OpDefinition, _ inputs: [any AnyNode], as _: Result.Type = Result.self,
  name: String? = nil, at location: SourceLocation? = nil
) -> Node<Result> {
  Node(output: applyOperation(definition, inputs, name: name, at: location).output(0))
}

/// Adds an operation over at least one node: its graph is that of the first.
@discardableResult
public func applyOperation(
  _ definition: any OpDefinition, _ inputs: [any AnyNode], name: String? = nil,
  at location: SourceLocation? = nil
) -> GraphOperation {
  guard let graph = inputs.first?.output.graph else {
    return operationWithoutOperands(name ?? definition.typeName, at: location)
  }
  return graph.add(definition, inputs: inputs.map(\.output), name: name, at: location)
}

/// What a function over a list of nodes returns for an empty list: a node with an error.
///
/// There is no graph to report the error in, so the node has one of its own; whatever uses the node,
/// or asks for it, says what was wrong.
public func nodeWithoutOperands<S: TensorScalar>(
  _ name: String, at location: SourceLocation?
) -> Node<S> {
  Node(output: operationWithoutOperands(name, at: location).output(0))
}

private func operationWithoutOperands(_ name: String, at location: SourceLocation?)
  -> GraphOperation
{
  Graph().add(NoOperands(name: name, location: location), name: name, at: location)
}

/// An operation over a list of nodes that was empty.
struct NoOperands: OpDefinition {
  static let typeName = "NoOperands"
  let name: String
  let location: SourceLocation?
  var failure: OpFailure { OpFailure("'\(name)' takes at least one node, was given none") }
  var note: String? { location.map { "at \($0)" } }
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] { throw failure }
  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] { throw failure }
}
