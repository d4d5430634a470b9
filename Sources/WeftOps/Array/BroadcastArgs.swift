import WeftGraph

/// TensorFlow's `BroadcastArgs`: the shape to which two shapes broadcast.
public struct BroadcastArgs: OpDefinition {
  public static let typeName = "BroadcastArgs"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    for index in 0...1 {
      try context.require(index, dtypes: [.int32, .int64])
      try context.require(index, rank: 1)
    }
    var rank: Int?
    if let a = context.inputs[0].shape[0], let b = context.inputs[1].shape[0] { rank = max(a, b) }
    return [TensorType(context.inputs[0].dtype, [rank])]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    try? broadcast(context.shapeValue(0), context.shapeValue(1))
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shapes = context.inputs.map { TensorShape($0.integers) }
    let result = try broadcast(shapes[0], shapes[1]).complete ?? []
    return [AnyTensor(indices: result, as: context.inputs[0].dtype)]
  }
}
