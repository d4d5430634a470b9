import WeftGraph

/// TensorFlow's `Assign`: gives a variable a new value.
public struct Assign: OpDefinition {
  public static let typeName = "Assign"
  public init() {}
  public var effect: Effect { .updates([0]) }
  public var inputNames: [String] { ["variable", "value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try updateTypes(context)
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[1]] }
}

/// TensorFlow's `AssignAdd`: adds to a variable.
public struct AssignAdd: OpDefinition {
  public static let typeName = "AssignAdd"
  public init() {}
  public var effect: Effect { .updates([0]) }
  public var inputNames: [String] { ["variable", "value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try updateTypes(context)
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try Add().evaluate(context)
  }
}

/// TensorFlow's `AssignSub`: subtracts from a variable.
public struct AssignSub: OpDefinition {
  public static let typeName = "AssignSub"
  public init() {}
  public var effect: Effect { .updates([0]) }
  public var inputNames: [String] { ["variable", "value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try updateTypes(context)
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try Sub().evaluate(context)
  }
}

/// The types of an update of input 0 by a value of the same type and shape.
private func updateTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
  try context.require(count: 2)
  try context.requireSameType()
  let (variable, value) = (context.inputs[0], context.inputs[1])
  guard variable.shape.isCompatible(with: value.shape) else {
    throw OpFailure(
      "the variable has the shape \(variable.shape), the value \(value.shape)",
      code: .invalidShape)
  }
  return [variable]
}

extension Variable {
  /// An operation that gives the variable a new value of its shape.
  @discardableResult
  public func assign(
    _ value: some NodeConvertible<Scalar>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation {
    update(Assign(), value.node, name, SourceLocation(fileID, line))
  }

  /// An operation that adds to the variable.
  @discardableResult
  public func assignAdd(
    _ value: some NodeConvertible<Scalar>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation where Scalar: NumericScalar {
    update(AssignAdd(), value.node, name, SourceLocation(fileID, line))
  }

  /// An operation that subtracts from the variable.
  @discardableResult
  public func assignSub(
    _ value: some NodeConvertible<Scalar>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation where Scalar: NumericScalar {
    update(AssignSub(), value.node, name, SourceLocation(fileID, line))
  }

  private func update(
    _ definition: any OpDefinition, _ value: Node<Scalar>, _ name: String?,
    _ location: SourceLocation
  ) -> GraphOperation {
    graph.add(
      definition, inputs: [erased.reference, value.output], name: name, at: location)
  }
}
