import WeftGraph

/// TensorFlow's `Square`.
public struct Square: PointwiseDefinition {
  public static let typeName = "Square"
  public init() {}
  public var expression: ScalarExpression { .unary(.square, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [g * (2 * x)]
  }
}

/// TensorFlow's `Sqrt`.
public struct Sqrt: PointwiseDefinition {
  public static let typeName = "Sqrt"
  public init() {}
  public var expression: ScalarExpression { .unary(.sqrt, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(SqrtGrad(), [context.output(0), context.gradient(0)]) as Node<S>]
  }
}

/// TensorFlow's `SqrtGrad`: dy / (2 y), where y = √x.
public struct SqrtGrad: PointwiseDefinition {
  public static let typeName = "SqrtGrad"
  public init() {}
  public var expression: ScalarExpression { .input(1) * 0.5 / .input(0) }
  public var inputNames: [String] { ["y", "dy"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let ratio = context.gradient(0) / context.input(0)
    return [-ratio * context.output(0), 0.5 * ratio]
  }
}

/// TensorFlow's `Rsqrt`.
public struct Rsqrt: PointwiseDefinition {
  public static let typeName = "Rsqrt"
  public init() {}
  public var expression: ScalarExpression { .unary(.rsqrt, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(RsqrtGrad(), [context.output(0), context.gradient(0)]) as Node<S>]
  }
}

/// TensorFlow's `RsqrtGrad`: -dy y³ / 2, where y = 1 / √x.
public struct RsqrtGrad: PointwiseDefinition {
  public static let typeName = "RsqrtGrad"
  public init() {}
  public var expression: ScalarExpression { .input(1) * -0.5 * (.input(0) * .input(0) * .input(0)) }
  public var inputNames: [String] { ["y", "dy"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (y, dy) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(RsqrtGrad(), [y, g])
    return [-1.5 * g * dy * square(y), direct]
  }
}

/// The square: x².
///
/// Gradient: 2 x.
public func square<S: NumericScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Square(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The square root: √x; NaN for negative x.
///
/// Gradient: 1 / (2 √x).
public func sqrt<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Sqrt(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The reciprocal square root: 1 / √x.
///
/// Gradient: -1 / (2 x √x).
public func rsqrt<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Rsqrt(), [x.node], name: name, at: SourceLocation(fileID, line))
}
