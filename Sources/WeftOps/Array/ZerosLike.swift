import WeftGraph

/// TensorFlow's `ZerosLike`: zeros of the shape and type of its input.
public struct ZerosLike: OpDefinition {
  public static let typeName = "ZerosLike"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [try context.inputs[0].filled(with: 0)]
  }
}

/// TensorFlow's `OnesLike`: ones of the shape and type of its input.
public struct OnesLike: OpDefinition {
  public static let typeName = "OnesLike"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [try context.inputs[0].filled(with: 1)]
  }
}

extension AnyTensor {
  /// A tensor of the same shape and type whose elements are all this number.
  fileprivate func filled(with value: Double) throws(OpFailure) -> AnyTensor {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      try hostTensor(shape, Array(repeating: S(converting: value), count: count))
    }
    return try open(dtype.scalarType)
  }
}

/// Zeros of the shape and type of a node. Gradient: none.
public func zerosLike<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(ZerosLike(), [x.node], name: name ?? "zeros_like", at: SourceLocation(fileID, line))
}

/// Ones of the shape and type of a node. Gradient: none.
public func onesLike<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(OnesLike(), [x.node], name: name ?? "ones_like", at: SourceLocation(fileID, line))
}
