import WeftGraph

/// TensorFlow's `Select`: as ``SelectV2`` for one shape; a vector as condition chooses whole rows.
public struct Select: OpDefinition {
  public static let typeName = "Select"
  public init() {}
  public var inputNames: [String] { ["condition", "x", "y"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(0, dtypes: [.bool])
    try context.requireSameType([1, 2])
    let (x, y) = (context.inputs[1], context.inputs[2])
    guard let shape = x.shape.merged(with: y.shape) else {
      throw OpFailure("shapes differ: \(x.shape) and \(y.shape)", code: .invalidShape)
    }
    let condition = context.inputs[0].shape
    if condition.rank == 0 { return [TensorType(x.dtype, shape)] }
    let isRows = condition.rank == 1 && condition.isCompatible(with: [shape[0]])
    guard condition.isCompatible(with: shape) || isRows && shape.rank != 0 else {
      throw OpFailure(
        "a condition of shape \(condition) for the shape \(shape)", code: .invalidShape)
    }
    return [TensorType(x.dtype, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let condition = context.input(0, as: Bool.self)
    let g = context.gradient(0)
    let zeros: Node<S> = apply(ZerosLike(), [g])
    return [
      nil, apply(Select(), [condition, g, zeros]) as Node<S>,
      apply(Select(), [condition, zeros, g]) as Node<S>,
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[1].shape
    let flags = context.inputs[0].doubles
    let count = context.inputs[1].count
    guard context.inputs[2].shape == shape, flags.isEmpty == (count == 0) || count == 0,
      count == 0 || count % flags.count == 0
    else {
      throw OpFailure(
        "a condition of shape \(context.inputs[0].shape) for the shape \(shape)",
        code: .invalidShape)
    }
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let x = try context.input(1, as: S.self).scalars
      let y = try context.input(2, as: S.self).scalars
      let width = count == 0 ? 1 : count / flags.count
      return try hostTensor(shape, x.indices.map { flags[$0 / width] != 0 ? x[$0] : y[$0] })
    }
    return [try open(context.inputs[1].dtype.scalarType)]
  }
}

/// Whole rows of `x` where a vector of conditions holds, else those of `y`, which has its shape.
public func selectRows<S: TensorScalar>(
  _ condition: some NodeConvertible<Bool>, _ x: some NodeConvertible<S>,
  _ y: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    Select(), [condition.node, x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
