import WeftGraph

/// An operation that is not done again: its results of the time before stand for it, so that its
/// gradient can be built where the rest of a branch or a turn is repeated.
///
/// The inputs are those of the operation, then its results.
public struct Recorded: OpDefinition {
  public static let typeName = "WeftRecorded"
  /// The operation whose results these are.
  public let base: any OpDefinition
  /// The number of its inputs.
  public let inputCount: Int

  /// The results of an operation with so many inputs.
  public init(_ base: any OpDefinition, inputCount: Int) {
    self.base = base
    self.inputCount = inputCount
  }

  public static func == (a: Recorded, b: Recorded) -> Bool {
    a.inputCount == b.inputCount && AnyHashable(a.base) == AnyHashable(b.base)
  }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(base))
    hasher.combine(inputCount)
  }

  public func outputTypes(_ context: InferenceContext) -> [TensorType] {
    Array(context.inputs.dropFirst(inputCount))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let rows = base.gradients(context)
    return rows.map { rows in
      context.operation.inputs.indices.map { $0 < min(rows.count, inputCount) ? rows[$0] : nil }
    }
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    Array(context.inputs.dropFirst(inputCount))
  }
}
