@_exported import WeftGraph

/// TensorFlow's `Placeholder`: a value that each run is fed.
public struct Placeholder: OpDefinition {
  public static let typeName = "Placeholder"
  public let dtype: DType
  public let shape: TensorShape
  public init(dtype: DType, shape: TensorShape) {
    self.dtype = dtype
    self.shape = shape
  }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(dtype)), Attribute("shape", .shape(shape))]
  }
  // Never folded or duplicated: its value comes from outside.
  public var effect: Effect { .external }
  public func outputTypes(_ context: InferenceContext) -> [TensorType] {
    [TensorType(dtype, shape)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure("was not fed", code: .missingFeed)
  }
}

extension Graph {
  /// A value that each run is fed.
  ///
  /// ```swift
  /// let x = graph.placeholder(Float.self, shape: [nil, 784], name: "x")
  /// try session.run(y, feeding: [x: images])
  /// ```
  /// - Parameters:
  ///   - shape: the shape as far as it is known; nil stands for any size.
  public func placeholder<S: TensorScalar>(
    _: S.Type = S.self, shape: TensorShape, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    let operation = add(
      Placeholder(dtype: S.dtype, shape: shape), name: name, at: SourceLocation(fileID, line))
    return Node(output: operation.output(0))
  }
}
