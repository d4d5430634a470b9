import WeftGraph

/// The value that a loop's variable had in a turn: what a list of a ``While`` holds at a place.
///
/// The inputs are the list's handle, the place, and the loop's output that says that the lists are
/// complete. Such lists are only read afterwards, so that reading twice gives the same.
public struct HistoryRead: ExpandableDefinition, ListDefinition {
  public static let typeName = "WeftHistoryRead"
  /// The type of the value as far as it is known.
  public let type: TensorType
  /// A value of this type.
  public init(_ type: TensorType) { self.type = type }
  public var inputNames: [String] { ["list", "place", "flow"] }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(type.dtype)), Attribute("shape", .shape(type.shape))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    return [TensorType(type.dtype, try elementShape(type.shape, context.list(0)))]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [context.list(0)?.element] }
  public func expanded(_ inputs: [Output]) -> Output {
    inputs[0].graph.add(
      TensorArrayReadV3(dtype: type.dtype, shape: type.shape), inputs: inputs, at: nil
    ).output(0)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let flow = writeGradient(
      context.gradient(0).output, toPlaceOf: inputs[1], of: inputs[0], flow: inputs[2])
    return [nil, nil, Node<Float>(output: flow)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let list = try context.list(0)
    return [try readTensor(list, try context.place(1), type.dtype)]
  }
}
