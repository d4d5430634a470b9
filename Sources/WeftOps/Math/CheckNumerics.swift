import WeftGraph

/// TensorFlow's `CheckNumerics`: its input, unchanged; fails if an element is NaN or infinite.
public struct CheckNumerics: OpDefinition {
  public static let typeName = "CheckNumerics"
  /// What the error begins with.
  public let message: String
  public init(message: String) { self.message = message }
  public var attributes: [Attribute] { [Attribute("message", .string(message))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64])
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let note = "The gradient of \(context.operation.name). \(message)"
    return [apply(CheckNumerics(message: note), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let values = context.inputs[0].doubles
    let hasNaN = values.contains(where: \.isNaN)
    let hasInfinity = values.contains(where: \.isInfinite)
    let found = [hasNaN ? "NaN" : nil, hasInfinity ? "Inf" : nil].compactMap { $0 }
    if let first = values.firstIndex(where: { !$0.isFinite }) {
      throw OpFailure(
        "\(message): the tensor has \(found.joined(separator: " and ")), first at element \(first)"
          + " of \(values.count)", code: .notFinite)
    }
    return [context.inputs[0]]
  }
}

/// The value, unchanged; a run fails if an element is NaN or infinite.
///
/// ```swift
/// let loss = checkNumerics(mean(losses), message: "the loss")
/// ```
/// Gradient: passes through, and is checked too.
public func checkNumerics<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, message: String, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    CheckNumerics(message: message), [x.node], name: name, at: SourceLocation(fileID, line))
}
