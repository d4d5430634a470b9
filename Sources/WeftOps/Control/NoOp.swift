import WeftGraph

/// TensorFlow's `NoOp`: nothing, after its control inputs.
public struct NoOp: OpDefinition {
  public static let typeName = "NoOp"
  public init() {}
  public func outputTypes(_ context: InferenceContext) -> [TensorType] { [] }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [] }
}

extension Graph {
  /// One operation that runs all of these.
  ///
  /// ```swift
  /// let step = graph.group([train, updateAverages])
  /// ```
  public func group(
    _ operations: [GraphOperation], name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation {
    after(operations) {
      add(NoOp(), name: name ?? "group_deps", at: SourceLocation(fileID, line))
    }
  }

  /// An operation that does nothing.
  public func noOp(
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> GraphOperation {
    add(NoOp(), name: name, at: SourceLocation(fileID, line))
  }
}
