import WeftGraph

/// TensorFlow's `Exp`.
public struct Exp: PointwiseDefinition {
  public static let typeName = "Exp"
  public init() {}
  public var expression: ScalarExpression { .unary(.exp, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * context.output(0)]
  }
}

/// TensorFlow's `Expm1`.
public struct Expm1: PointwiseDefinition {
  public static let typeName = "Expm1"
  public init() {}
  public var expression: ScalarExpression { .unary(.expm1, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * exp(context.input(0))]
  }
}

/// TensorFlow's `Log`.
public struct Log: PointwiseDefinition {
  public static let typeName = "Log"
  public init() {}
  public var expression: ScalarExpression { .unary(.log, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * reciprocal(context.input(0))]
  }
}

/// TensorFlow's `Log1p`.
public struct Log1p: PointwiseDefinition {
  public static let typeName = "Log1p"
  public init() {}
  public var expression: ScalarExpression { .unary(.log1p, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * reciprocal(1 + context.input(0))]
  }
}

/// The exponential: eˣ.
///
/// Gradient: eˣ.
public func exp<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Exp(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// eˣ - 1, exact for small x.
///
/// Gradient: eˣ.
public func expm1<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Expm1(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The natural logarithm; NaN for negative x, -∞ at 0.
///
/// Gradient: 1 / x.
public func log<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Log(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// log(1 + x), exact for small x.
///
/// Gradient: 1 / (1 + x).
public func log1p<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Log1p(), [x.node], name: name, at: SourceLocation(fileID, line))
}
