import WeftGraph

/// TensorFlow's `Snapshot`: a copy, as the compiler takes of a variable before an update overwrites
/// what somebody still reads.
public struct Snapshot: OpDefinition {
  public static let typeName = "Snapshot"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
}
