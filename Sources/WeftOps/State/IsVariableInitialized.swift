import WeftGraph

/// TensorFlow's `IsVariableInitialized`: whether a variable has a value in the session.
public struct IsVariableInitialized: VariableQuery {
  public static let typeName = "IsVariableInitialized"
  public init() {}
  public var precedence: Int { 0 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(.bool, [])]
  }
  public func answer(hasValue: Bool) -> [AnyTensor] { [AnyTensor(Tensor(hasValue))] }
}

extension Variable {
  /// Whether the variable has a value when the run begins.
  public func isInitialized(name: String? = nil, fileID: String = #fileID, line: Int = #line)
    -> Node<Bool>
  {
    let location = SourceLocation(fileID, line)
    let operation = graph.add(
      IsVariableInitialized(), inputs: [erased.reference], name: name, at: location)
    return Node(output: operation.output(0))
  }
}
