import Glibc
import WeftGraph

/// TensorFlow's `Print`: its first input, unchanged; writes the others to the standard error.
public struct Print: OpDefinition {
  public static let typeName = "Print"
  /// What the line begins with.
  public let message: String
  /// How many elements of each value are written; -1 for all.
  public let summarize: Int
  public init(message: String, summarize: Int) {
    self.message = message
    self.summarize = summarize
  }
  public var attributes: [Attribute] {
    [Attribute("message", .string(message)), Attribute("summarize", .int(summarize))]
  }
  public var effect: Effect { .external }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard let first = context.inputs.first else { throw OpFailure("needs an input") }
    return [first]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let others = context.operation.inputs.dropFirst().map { _ -> (any AnyNode)? in nil }
    return [context.gradient(0)] + others
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    let values = context.inputs.dropFirst().map { summary($0, limit: summarize) }
    let text = message + values.joined(separator: " ") + "\n"
    // One call for the whole line, so that lines of parallel runs do not mix.
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return [context.inputs[0]]
  }
}

/// The value, unchanged; each run that needs it writes some values to the standard error.
///
/// ```swift
/// let watched = print(loss, values: [loss, rate], message: "loss and rate: ")
/// ```
/// Gradient: passes through.
public func print<S: TensorScalar>(
  _ x: some NodeConvertible<S>, values: [any AnyNode], message: String = "", summarize: Int = 3,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let inputs: [any AnyNode] = [x.node] + values
  return apply(
    Print(message: message, summarize: summarize), inputs, name: name,
    at: SourceLocation(fileID, line))
}
