import WeftGraph

/// TensorFlow's `Assert`: stops a run with the given values unless a condition holds.
public struct Assert: OpDefinition {
  public static let typeName = "Assert"
  /// How many elements of each value the message gives.
  public let summarize: Int
  /// What was expected, for the message.
  public let message: String
  public init(summarize: Int = 3, message: String = "") {
    self.summarize = summarize
    self.message = message
  }
  public var attributes: [Attribute] { [Attribute("summarize", .int(summarize))] }
  public var effect: Effect { .external }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard let condition = context.inputs.first else { throw OpFailure("needs a condition") }
    guard condition.dtype == .bool, condition.shape.isCompatible(with: []) else {
      throw OpFailure("the condition must be a single truth value, not \(condition)")
    }
    return []
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    if context.inputs[0].doubles.first != 0 { return [] }
    let values = context.inputs.dropFirst().map { summary($0, limit: summarize) }
    let head = message.isEmpty ? "assertion failed" : "assertion failed: \(message)"
    let tail = values.isEmpty ? "" : ": " + values.joined(separator: " ")
    throw OpFailure(head + tail, code: .assertionFailed)
  }
}

/// The first elements of a tensor, as `[1.0, 2.0, 3.0, ...]`.
func summary(_ tensor: AnyTensor, limit: Int) -> String {
  func open<S: TensorScalar>(_: S.Type) -> String {
    let scalars = tensor.typed(S.self)?.scalars ?? []
    let shown = limit < 0 ? scalars[...] : scalars.prefix(limit)
    let values = shown.map { "\(($0 as? BFloat16).map { "\($0.floatValue)" } ?? "\($0)")" }
    if tensor.shape.isEmpty { return values.first ?? "..." }
    let more = shown.count < scalars.count ? ["..."] : []
    return "[" + (values + more).joined(separator: ", ") + "]"
  }
  return open(tensor.dtype.scalarType)
}

extension Graph {
  /// An operation that stops a run, with these values in the error, unless the condition holds.
  ///
  /// ```swift
  /// let check = graph.assert(all(x .>= 0), "x is negative", values: [x])
  /// let y = graph.after([check]) { sqrt(x) }
  /// ```
  /// It runs in each run that needs it: fetch it, or put what relies on it after it.
  public func assert(
    _ condition: some NodeConvertible<Bool>, _ message: String = "", values: [any AnyNode] = [],
    summarize: Int = 3, name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> GraphOperation {
    let inputs = [condition.node.output] + values.map(\.output)
    return add(
      Assert(summarize: summarize, message: message), inputs: inputs, name: name,
      at: SourceLocation(fileID, line))
  }
}
