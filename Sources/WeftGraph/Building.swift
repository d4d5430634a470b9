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
  precondition(!inputs.isEmpty, "an operation without inputs is added on its graph")
  return inputs[0].output.graph.add(
    definition, inputs: inputs.map(\.output), name: name, at: location)
}
