import WeftGraph

/// TensorFlow's `IsNan`.
public struct IsNan: PointwiseDefinition {
  public static let typeName = "IsNan"
  public init() {}
  public var expression: ScalarExpression { .test(.isNaN, .input(0)) }
}

/// TensorFlow's `IsInf`.
public struct IsInf: PointwiseDefinition {
  public static let typeName = "IsInf"
  public init() {}
  public var expression: ScalarExpression { .test(.isInf, .input(0)) }
}

/// TensorFlow's `IsFinite`.
public struct IsFinite: PointwiseDefinition {
  public static let typeName = "IsFinite"
  public init() {}
  public var expression: ScalarExpression { .test(.isFinite, .input(0)) }
}

/// Where the element is not a number.
public func isNaN<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(IsNan(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// Where the element is ∞ or -∞.
public func isInfinite<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(IsInf(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// Where the element is neither infinite nor NaN.
public func isFinite<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(IsFinite(), [x.node], name: name, at: SourceLocation(fileID, line))
}
