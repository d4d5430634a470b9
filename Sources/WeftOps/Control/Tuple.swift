import WeftGraph

/// The same nodes, none of which can be used before all have been computed, and the given
/// operations have run.
///
/// ```swift
/// let (a, b) = (slopes[0], slopes[1])
/// let both = tuple([a, b])  // no update with one before the other is there
/// ```
/// Gradient: passes through.
public func tuple<S: TensorScalar>(
  _ nodes: [Node<S>], after operations: [GraphOperation] = [], name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> [Node<S>] {
  guard let graph = nodes.first?.graph else { return [] }
  let location = SourceLocation(fileID, line)
  let name = name ?? "tuple"
  let gate = graph.after(nodes.map(\.operation) + operations) {
    graph.add(NoOp(), name: "\(name)/group_deps", at: location)
  }
  return graph.after([gate]) {
    nodes.map { apply(Identity(), [$0], name: "\(name)/control_dependency", at: location) }
  }
}

/// A node that can be used only after these operations have run.
///
/// ```swift
/// let checked = after([check], x)
/// ```
public func after<S: TensorScalar>(
  _ operations: [GraphOperation], _ x: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let node = x.node
  return node.graph.after(operations) {
    apply(Identity(), [node], name: name ?? "control_dependency", at: SourceLocation(fileID, line))
  }
}

/// TensorFlow's `IdentityN`: its inputs, unchanged.
public struct IdentityN: OpDefinition {
  public static let typeName = "IdentityN"
  public init() {}
  public func outputTypes(_ context: InferenceContext) -> [TensorType] { context.inputs }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    (0..<context.outputCount).map { context.gradientIfAny($0) }
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { context.inputs }
}

/// TensorFlow's `PreventGradient`: its input, which must not be differentiated.
public struct PreventGradient: OpDefinition {
  public static let typeName = "PreventGradient"
  /// Why not.
  public let message: String
  public init(message: String) { self.message = message }
  public var aliasing: Aliasing { .view(of: 0) }
  public var attributes: [Attribute] { [Attribute("message", .string(message))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
}
