import WeftGraph

/// TensorFlow's `Shape`: the dimensions of its input as a vector.
public struct Shape: OpDefinition {
  public static let typeName = "Shape"
  /// `int32` or `int64`.
  public let dtype: DType
  public init(dtype: DType) { self.dtype = dtype }
  public var attributes: [Attribute] { [Attribute("out_type", .type(dtype))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(dtype, [context.inputs[0].shape.rank])]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? { context.inputs[0].shape }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    context.inputs[0].shape.complete.map { [AnyTensor(indices: $0, as: dtype)] }
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    [AnyTensor(indices: context.inputs[0].shape, as: dtype)]
  }
}

/// The shape that a node has when it runs, as a vector.
///
/// ```swift
/// let batch = shape(x)[0]
/// ```
public func shape<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Int32> {
  apply(Shape(dtype: .int32), [x.node], name: name, at: SourceLocation(fileID, line))
}
