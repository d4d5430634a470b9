import WeftGraph

/// The result of a sub-graph, input 0, with a gradient of its own for the operands, inputs 1 and on.
///
/// Nothing flows back into the sub-graph itself, so what it is made of needs no gradient.
struct CustomGradient: OpDefinition {
  static let typeName = "WeftCustomGradient"
  let rule: Rule

  /// The user's gradient function, known by its identity.
  final class Rule: Sendable {
    let gradients:
      @Sendable (_ operands: [Output], _ result: Output, _ gradient: Output) -> [Output?]
    init(
      _ gradients:
        @escaping @Sendable (
          _ operands: [Output], _ result: Output, _ gradient: Output
        ) -> [Output?]
    ) { self.gradients = gradients }
  }

  static func == (a: CustomGradient, b: CustomGradient) -> Bool { a.rule === b.rule }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(rule)) }

  var aliasing: Aliasing { .view(of: 0) }

  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard let result = context.inputs.first else { throw OpFailure("needs a result") }
    return [result]
  }

  func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let operands = Array(context.operation.inputs.dropFirst())
    let rows = rule.gradients(operands, context.output(0).output, context.gradient(0).output)
    guard rows.count == operands.count else {
      context.operation.graph.report(
        GraphError(
          .invalidArgument,
          "the gradient closure gave \(rows.count) gradients for \(operands.count) operands",
          subject: context.operation.subject, location: context.operation.origin.location))
      return nil
    }
    return [nil] + rows.map { row -> (any AnyNode)? in row.map { Node<S>(output: $0) } }
  }

  func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
}

/// A sub-graph with a gradient given by hand, in place of that of its operations.
///
/// ```swift
/// // Rounds, and lets gradients through as if it did not.
/// let y = withCustomGradient([x]) { round($0[0]) } gradient: { _, _, slope in [slope] }
/// ```
/// The gradient closure is given the operands, the result and the gradient with respect to the
/// result; it returns one gradient for each operand, nil where nothing flows. It runs each time the
/// result is differentiated. Nodes that the body uses but that are not among the operands get no
/// gradient. Errors: another number of gradients than of operands.
public func withCustomGradient<S: FloatingScalar>(
  _ operands: [any NodeConvertible<S>], name: String? = nil,
  fileID: String = #fileID, line: Int = #line, _ body: ([Node<S>]) -> Node<S>,
  gradient:
    @escaping @Sendable (
      _ operands: [Node<S>], _ result: Node<S>, _ gradient: Node<S>
    ) -> [Node<S>?]
) -> Node<S> {
  let nodes = operands.map { $0.node }
  let result = body(nodes)
  let rule = CustomGradient.Rule { operands, result, slope in
    gradient(operands.map { Node(output: $0) }, Node(output: result), Node(output: slope))
      .map { $0?.output }
  }
  return apply(
    CustomGradient(rule: rule), [result] + nodes, name: name ?? "CustomGradient",
    at: SourceLocation(fileID, line))
}
