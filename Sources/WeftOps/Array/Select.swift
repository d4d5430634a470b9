import WeftGraph

/// TensorFlow's `SelectV2`: the elements of one tensor where a condition holds, else of another, with
/// broadcasting.
public struct SelectV2: PointwiseDefinition {
  public static let typeName = "SelectV2"
  public static let displayName = "select"
  public init() {}
  public var expression: ScalarExpression { .select(.input(0), .input(1), .input(2)) }
  // The condition's elements are narrower: only the others can be overwritten.
  public var aliasing: Aliasing { .elementwise([1, 2]) }
  public var inputNames: [String] { ["condition", "x", "y"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let condition = context.input(0, as: Bool.self)
    let g = context.gradient(0)
    let zeros: Node<S> = apply(ZerosLike(), [g])
    let first: Node<S> = apply(SelectV2(), [condition, g, zeros])
    let second: Node<S> = apply(SelectV2(), [condition, zeros, g])
    let inputs = context.operation.inputs
    return [nil, sumToShape(first, of: inputs[1]), sumToShape(second, of: inputs[2])]
  }
}

/// A gradient of a broadcast operand, summed over the axes along which it was stretched.
func sumToShape<S: FloatingScalar>(_ gradient: Node<S>, of input: Output) -> Node<S> {
  let known = input.type?.shape.complete
  if let known, known == gradient.shape.complete { return gradient }
  let shape = shapeNode(input)
  let arguments = applyOperation(BroadcastGradientArgs(), [shape, shapeNode(gradient.output)])
  let axes = Node<Int32>(output: arguments.output(0))
  let total: Node<S> = apply(Sum(keepDims: false), [gradient, axes])
  return apply(Reshape(), [total, shape])
}

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

/// The elements of `x` where the condition holds, else those of `y`, with broadcasting.
///
/// ```swift
/// let safe = select(isNaN(x), zerosLike(x), x)
/// ```
/// Gradient: to each operand where it was taken.
public func select<S: TensorScalar>(
  _ condition: some NodeConvertible<Bool>, _ x: some NodeConvertible<S>,
  _ y: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    SelectV2(), [condition.node, x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Whole rows of `x` where a vector of conditions holds, else those of `y`, which has its shape.
public func selectRows<S: TensorScalar>(
  _ condition: some NodeConvertible<Bool>, _ x: some NodeConvertible<S>,
  _ y: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    Select(), [condition.node, x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
