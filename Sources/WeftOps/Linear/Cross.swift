import WeftGraph

/// TensorFlow's `Cross`: the vector product of triples in the last axis.
public struct Cross: OpDefinition {
  public static let typeName = "Cross"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
    let (a, b) = (context.inputs[0].shape, context.inputs[1].shape)
    guard let shape = a.merged(with: b) else {
      throw OpFailure("shapes differ: \(a) and \(b)", code: .invalidShape)
    }
    if shape.rank == 0 || (shape[-1] ?? 3) != 3 {
      throw OpFailure("takes triples in the last axis, not the shape \(shape)", code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return [cross(context.input(1), g), cross(g, context.input(0))]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let a = try context.input(0, as: S.self).scalars
      let b = try context.input(1, as: S.self).scalars
      let result = a.indices.map { index -> S in
        let start = index - index % 3
        let (next, last) = (start + (index - start + 1) % 3, start + (index - start + 2) % 3)
        return .wrappingSubtract(
          .wrappingMultiply(a[next], b[last]), .wrappingMultiply(a[last], b[next]))
      }
      return try context.output(result)
    }
    guard let type = context.inputs[0].dtype.numericType else {
      throw OpFailure("not defined for \(context.inputs[0].dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

/// The vector product of triples in the last axis.
///
/// Gradients: b x g and g x a.
public func cross<S: NumericScalar>(
  _ a: some NodeConvertible<S>, _ b: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Cross(), [a.node, b.node], name: name, at: SourceLocation(fileID, line))
}
