/// Something that a session keeps between runs and that is no variable, such as a queue.
public protocol SessionResource: AnyObject, Sendable {
  /// Wakes everyone who waits for it: the session is closed.
  func close()
}

/// An operation that stands for a ``SessionResource``. Its only output is a handle, an operand of the
/// operations that work on the resource, and has no value.
public protocol ResourceDefinition: OpDefinition {
  /// The resource, made when a session meets the operation first.
  ///
  /// - Parameters:
  ///   - name: the name of the operation, for errors.
  ///   - waitLimit: how long an operation on the resource may wait for others; nil for ever.
  func makeResource(name: String, waitLimit: Duration?) -> any SessionResource
}

/// An operation on a ``SessionResource``, whose handle is its first operand.
///
/// It runs on the host, between the parts of a run that come before and after it: it may wait, and the
/// shapes of its results may depend on data.
public protocol ResourceOperation: OpDefinition {
  /// Of several operations on resources in one run, none of which needs another's result, the one with
  /// the lowest number goes first.
  var precedence: Int { get }

  /// Works on the resource. The inputs are those after the handle.
  func run(on resource: any SessionResource, _ context: EvaluationContext) throws(OpFailure)
    -> [AnyTensor]
}

extension ResourceDefinition {
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 0)
    return [TensorType(.int64, [])]
  }
  // Never folded or merged: two of them are two resources.
  public var effect: Effect { .external }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure("holds no value: it is a handle for operations on it")
  }
}

extension ResourceOperation {
  public var effect: Effect { .external }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure("runs in a session only")
  }
}

extension Output {
  /// The operation of the resource that the output is a handle of; nil if it is none.
  public var resource: GraphOperation? {
    var output = self
    while true {
      let definition = output.operation.definition
      if definition is any ResourceDefinition { return output.operation }
      guard case .view(let index) = definition.aliasing, output.index == 0 else { return nil }
      let inputs = output.operation.inputs
      guard inputs.indices.contains(index) else { return nil }
      output = inputs[index]
    }
  }
}

/// A question about a variable, the first operand, that does not read its value.
public protocol VariableQuery: ResourceOperation {
  /// The answer.
  func answer(hasValue: Bool) -> [AnyTensor]
}

extension VariableQuery {
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    throw OpFailure("asks about a variable, not about a resource", code: .invalidState)
  }
}
