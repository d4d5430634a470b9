import WeftGraph

/// TensorFlow's `Cast`: the elements in another type.
public struct Cast: PointwiseDefinition {
  public static let typeName = "Cast"
  /// The element type of the result.
  public let dtype: DType
  public init(to dtype: DType) { self.dtype = dtype }
  public var attributes: [Attribute] { [Attribute("DstT", .type(dtype))] }
  public var expression: ScalarExpression { .cast(dtype, .input(0)) }
  // The element sizes may differ: an input cannot be overwritten.
  public var aliasing: Aliasing { .none }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    guard dtype.isInteger, context.inputs[0].dtype.isInteger else { return nil }
    return context.shapeValue(0)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    guard let source = context.operation.inputs[0].type?.dtype, source != .bool, !source.isInteger
    else { return [nil] }
    return [apply(Cast(to: source), [context.gradient(0)]) as Node<S>]
  }
}

/// The elements converted to another type: real numbers are truncated towards zero to integers and
/// rounded to the nearest in a narrower type; what is not 0 is true.
///
/// ```swift
/// let hits = mean(cast(equal(argmax(scores, axis: 1), labels), to: Float.self))
/// ```
/// Gradient: cast back, between real types.
public func cast<S: TensorScalar, T: TensorScalar>(
  _ x: some NodeConvertible<S>, to _: T.Type = T.self, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<T> {
  if S.self == T.self { return Node(output: x.node.output) }
  return apply(Cast(to: T.dtype), [x.node], name: name, at: SourceLocation(fileID, line))
}
