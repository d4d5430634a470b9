import WeftGraph

/// TensorFlow's `ReverseV2`: the elements in reverse order along some axes, given as a vector.
public struct ReverseV2: OpDefinition {
  public static let typeName = "ReverseV2"
  public static let displayName = "reverse"
  public init() {}
  public var inputNames: [String] { ["tensor", "axis"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    if let axes = context.integers(1), let rank = context.inputs[0].shape.rank {
      _ = try reducedAxes(axes, rank: rank)
    }
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let axes = int32Node(context.operation.inputs[1])
    return [apply(ReverseV2(), [context.gradient(0), axes]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let axes = try reducedAxes(context.inputs[1].integers, rank: input.shape.count)
    var strides = rowMajorStrides(input.shape)
    var offset = 0
    for axis in axes where input.shape[axis] > 0 {
      offset += (input.shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    let positions = stridedPositions(input.shape, strides: strides, offset: offset)
    return [try input.picking(positions, shape: input.shape)]
  }
}

/// The elements in reverse order along some axes. Gradient: reversed back.
public func reverse<S: TensorScalar>(
  _ x: some NodeConvertible<S>, axes: [Int], name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let vector = x.node.graph.indices(
    axes, name: "\(name ?? "ReverseV2")/axis", at: location)
  return apply(ReverseV2(), [x.node, vector], name: name, at: location)
}
