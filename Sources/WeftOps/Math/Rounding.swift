import WeftGraph

/// TensorFlow's `Floor`.
public struct Floor: PointwiseDefinition {
  public static let typeName = "Floor"
  public init() {}
  public var expression: ScalarExpression { .unary(.floor, .input(0)) }
}

/// TensorFlow's `Ceil`.
public struct Ceil: PointwiseDefinition {
  public static let typeName = "Ceil"
  public init() {}
  public var expression: ScalarExpression { .unary(.ceil, .input(0)) }
}

/// TensorFlow's `Round`.
public struct Round: PointwiseDefinition {
  public static let typeName = "Round"
  public init() {}
  public var expression: ScalarExpression { .unary(.rint, .input(0)) }
}

/// TensorFlow's `Rint`.
public struct Rint: PointwiseDefinition {
  public static let typeName = "Rint"
  public init() {}
  public var expression: ScalarExpression { .unary(.rint, .input(0)) }
}

/// The largest whole number not above x. It has no gradient.
public func floor<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Floor(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The smallest whole number not below x. It has no gradient.
public func ceil<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Ceil(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The nearest whole number, halves to the even one: 0.5 gives 0, 1.5 gives 2. It has no gradient.
public func round<S: NumericScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Round(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The nearest whole number, halves to the even one. It has no gradient.
public func rint<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Rint(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The whole number next to x towards zero: sign(x) floor(|x|). It has no gradient.
public func trunc<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "trunc", x.graph, SourceLocation(fileID, line)) {
    sign(x) * floor(abs(x))
  }
}
