import WeftGraph

/// TensorFlow's `BroadcastTo`: stretched to a shape given as a vector.
public struct BroadcastTo: OpDefinition {
  public static let typeName = "BroadcastTo"
  public init() {}
  public var inputNames: [String] { ["tensor", "shape"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    if let wanted = context.integers(1), let bad = wanted.first(where: { $0 < 0 }) {
      throw OpFailure("a dimension cannot be \(bad): \(wanted)", code: .invalidShape)
    }
    let target = context.shapeValue(1)
    let input = context.inputs[0]
    if let from = input.shape.complete, let to = target.complete {
      let result = try broadcast(TensorShape(from), TensorShape(to))
      guard result.complete == to else {
        throw OpFailure("\(from) does not broadcast to \(to)", code: .invalidShape)
      }
    }
    return [TensorType(input.dtype, target)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let x = shapeNode(context.operation.inputs[0])
    let y = shapeNode(context.operation.output(0))
    let arguments = applyOperation(BroadcastGradientArgs(), [x, y])
    let axes = Node<Int32>(output: arguments.output(0))
    let total: Node<S> = apply(Sum(keepDims: false), [context.gradient(0), axes])
    return [apply(Reshape(), [total, x]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let positions = broadcastPositions(of: context.inputs[0].shape, to: shape)
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let scalars = try context.input(0, as: S.self).scalars
      return try context.output(positions.map { scalars[$0] })
    }
    return [try open(context.inputs[0].dtype.scalarType)]
  }
}

/// The tensor stretched to a shape by NumPy's rule.
///
/// Errors: a shape that it does not broadcast to. Gradient: summed over the stretched axes.
public func broadcastTo<S: TensorScalar>(
  _ x: some NodeConvertible<S>, shape: [Int], name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let vector = x.node.graph.constant(
    Tensor(shape.map { Int32(clamping: $0) }), name: "\(name ?? "BroadcastTo")/shape",
    at: location)
  return apply(BroadcastTo(), [x.node, vector], name: name, at: location)
}
