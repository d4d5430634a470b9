import WeftGraph

/// The axes 0 ..< rank of a node whose rank is known only when it runs.
struct AllAxes: OpDefinition {
  static let typeName = "WeftAllAxes"
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    [TensorType(.int32, [context.inputs.first?.shape.rank])]
  }
  func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    context.inputs[0].shape.rank.map { [AnyTensor(indices: Array(0..<$0))] }
  }
  func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    [AnyTensor(indices: Array(context.inputs[0].shape.indices))]
  }
}

func allAxes<S: TensorScalar>(_ x: Node<S>, at location: SourceLocation?) -> Node<Int32> {
  apply(AllAxes(), [x], at: location)
}
