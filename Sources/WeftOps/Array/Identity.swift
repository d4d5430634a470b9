import WeftGraph

/// TensorFlow's `Identity`: its input, unchanged.
public struct Identity: OpDefinition {
  public static let typeName = "Identity"
  public init() {}
  public var aliasing: Aliasing { .view(of: 0) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? { context.shapeValue(0) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
}

/// The value, unchanged; useful to name it, or to read a variable after some operations.
///
/// ```swift
/// let updated = graph.after([update]) { identity(counter) }
/// ```
/// Gradient: passes through.
public func identity<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Identity(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// TensorFlow's `StopGradient`: its input, through which no gradient flows.
public struct StopGradient: OpDefinition {
  public static let typeName = "StopGradient"
  public init() {}
  public var aliasing: Aliasing { .view(of: 0) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
}

/// The value, unchanged, counted as a constant by differentiation.
///
/// Gradient: none flows back.
public func stopGradient<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(StopGradient(), [x.node], name: name, at: SourceLocation(fileID, line))
}
