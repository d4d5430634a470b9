import WeftGraph

/// The order of the axes that exchanges the last two of a node whose rank is known when it runs.
struct SwappedAxes: OpDefinition {
  static let typeName = "WeftSwappedAxes"
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    if let rank = context.inputs[0].shape.rank { _ = try order(rank) }
    return [TensorType(.int32, [context.inputs[0].shape.rank])]
  }
  func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    guard let rank = context.inputs[0].shape.rank, let axes = try? order(rank) else { return nil }
    return [AnyTensor(indices: axes)]
  }
  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [AnyTensor(indices: try order(context.inputs[0].shape.count))]
  }
  private func order(_ rank: Int) throws(OpFailure) -> [Int] {
    guard rank >= 2 else {
      throw OpFailure("takes matrices, not a tensor of rank \(rank)", code: .invalidShape)
    }
    return Array(0..<rank - 2) + [rank - 1, rank - 2]
  }
}

/// Every matrix in the last two axes transposed.
///
/// Shapes: [..., m, n] gives [..., n, m]. Errors: rank 0 or 1. Gradient: transposed back.
public func matrixTranspose<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "matrix_transpose", x.graph, SourceLocation(fileID, line)) {
    guard let rank = x.shape.rank, rank >= 2 else {
      let order: Node<Int32> = apply(SwappedAxes(), [x])
      return apply(Transpose(), [x, order], name: "transpose")
    }
    let order = (0..<Int32(rank - 2)) + [Int32(rank - 1), Int32(rank - 2)]
    let axes = x.graph.constant(Tensor(Array(order)), name: "transpose/perm", at: nil)
    return apply(Transpose(), [x, axes], name: "transpose")
  }
}
