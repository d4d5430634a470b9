import WeftGraph

/// TensorFlow's `Const`: a value fixed when the graph is built.
public struct Const: OpDefinition {
  public static let typeName = "Const"
  public static let displayName = "constant"
  public let value: AnyTensor
  public init(_ value: AnyTensor) { self.value = value }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(value.dtype)), Attribute("value", .tensor(value))]
  }
  public var constantValue: AnyTensor? { value }
  public func outputTypes(_ context: InferenceContext) -> [TensorType] {
    [TensorType(value.dtype, TensorShape(value.shape))]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [value] }

  public static func == (a: Const, b: Const) -> Bool { a.value.hasSameBits(as: b.value) }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(value.dtype)
    hasher.combine(value.shape)
    value.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension Graph {
  /// A value fixed now.
  ///
  /// ```swift
  /// let primes = graph.constant([2, 3, 5, 7] as Tensor<Int32>)
  /// ```
  public func constant<S: TensorScalar>(
    _ value: Tensor<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    constant(value, name: name, at: SourceLocation(fileID, line))
  }

  /// A single value fixed now.
  public func constant<S: TensorScalar>(
    _ value: S, name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    constant(Tensor(value), name: name, at: SourceLocation(fileID, line))
  }

  /// The common end of both, and what other operations make their constant operands with.
  public func constant<S: TensorScalar>(
    _ value: Tensor<S>, name: String?, at location: SourceLocation?
  ) -> Node<S> {
    Node(output: add(Const(AnyTensor(value)), name: name, at: location).output(0))
  }
}
