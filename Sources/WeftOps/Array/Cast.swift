import WeftGraph

/// TensorFlow's `Cast`: the elements in another type.
public struct Cast: PointwiseDefinition {
  public static let typeName = "Cast"
  /// The new element type.
  public let dtype: DType
  public init(to dtype: DType) { self.dtype = dtype }
  public var attributes: [Attribute] { [Attribute("DstT", .type(dtype))] }
  public var expression: ScalarExpression { .cast(dtype, .input(0)) }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    dtype.isInteger && context.inputs[0].dtype.isInteger ? context.shapeValue(0) : nil
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    guard let source = context.operation.inputs[0].type?.dtype, source.isFloating else {
      return [nil]
    }
    func back<T: FloatingScalar>(_: T.Type) -> any AnyNode {
      apply(Cast(to: T.dtype), [context.gradient(0)]) as Node<T>
    }
    return [source.floatingType.map { back($0) }]
  }
}

/// The elements converted to another type: real numbers to integers are cut off towards zero, and
/// whatever is not 0 is true.
///
/// ```swift
/// let accuracy = mean(cast(equal(predicted, wanted), to: Float.self))
/// ```
/// Gradient: cast back; none flows to integers.
public func cast<S: TensorScalar, T: TensorScalar>(
  _ x: some NodeConvertible<S>, to _: T.Type = T.self, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<T> {
  apply(Cast(to: T.dtype), [x.node], name: name, at: SourceLocation(fileID, line))
}
