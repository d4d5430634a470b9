import WeftGraph

/// TensorFlow's `L2Loss`: half the sum of squares.
public struct L2Loss: OpDefinition {
  public static let typeName = "L2Loss"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64])
    return [TensorType(context.inputs[0].dtype, .scalar)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.input(0) * context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let values = try context.input(0, as: S.self).scalars
      let sum = values.reduce(0.0) { $0 + $1.asDouble * $1.asDouble }
      return try context.output([S(converting: sum / 2)])
    }
    guard let type = context.inputs[0].dtype.floatingType else {
      throw OpFailure("not defined for \(context.inputs[0].dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

/// Half the sum of the squares of all elements: Σ x² / 2, a scalar.
///
/// ```swift
/// let loss = mean(losses) + 0.005 * (l2Loss(w1) + l2Loss(w2))
/// ```
/// Gradient: x.
public func l2Loss<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(L2Loss(), [x.node], name: name, at: SourceLocation(fileID, line))
}
