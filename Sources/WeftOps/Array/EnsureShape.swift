import WeftGraph

/// TensorFlow's `EnsureShape`: its operand, which must have a certain shape.
public struct EnsureShape: OpDefinition {
  public static let typeName = "EnsureShape"
  /// The shape, perhaps partly known.
  public let shape: TensorShape
  public init(_ shape: TensorShape) { self.shape = shape }
  public var attributes: [Attribute] { [Attribute("shape", .shape(shape))] }
  public var aliasing: Aliasing { .view(of: 0) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    guard let merged = context.inputs[0].shape.merged(with: shape) else {
      throw OpFailure("is \(context.inputs[0].shape), and must be \(shape)", code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, merged)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
}

/// The operand, which must have that shape: what is unknown while building is checked when it runs.
///
/// Gradient: passed on. Errors: another shape.
public func ensureShape<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ shape: TensorShape, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(EnsureShape(shape), [x.node], name: name, at: SourceLocation(fileID, line))
}
