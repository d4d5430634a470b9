import WeftGraph

/// TensorFlow's `Sinh`.
public struct Sinh: PointwiseDefinition {
  public static let typeName = "Sinh"
  public init() {}
  public var expression: ScalarExpression { .unary(.sinh, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * cosh(context.input(0))]
  }
}

/// TensorFlow's `Cosh`.
public struct Cosh: PointwiseDefinition {
  public static let typeName = "Cosh"
  public init() {}
  public var expression: ScalarExpression { .unary(.cosh, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * sinh(context.input(0))]
  }
}

/// TensorFlow's `Tanh`.
public struct Tanh: PointwiseDefinition {
  public static let typeName = "Tanh"
  public init() {}
  public var expression: ScalarExpression { .unary(.tanh, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(TanhGrad(), [context.output(0), context.gradient(0)]) as Node<S>]
  }
}

/// TensorFlow's `TanhGrad`: dy (1 - y²), where y = tanh x.
public struct TanhGrad: PointwiseDefinition {
  public static let typeName = "TanhGrad"
  public init() {}
  public var expression: ScalarExpression { .input(1) * (1 - .input(0) * .input(0)) }
  public var inputNames: [String] { ["y", "dy"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (y, dy) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(TanhGrad(), [y, g])
    return [-2 * g * dy * y, direct]
  }
}

/// TensorFlow's `Asinh`.
public struct Asinh: PointwiseDefinition {
  public static let typeName = "Asinh"
  public init() {}
  public var expression: ScalarExpression { .unary(.asinh, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) / cosh(context.output(0))]
  }
}

/// TensorFlow's `Acosh`.
public struct Acosh: PointwiseDefinition {
  public static let typeName = "Acosh"
  public init() {}
  public var expression: ScalarExpression { .unary(.acosh, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) / sinh(context.output(0))]
  }
}

/// TensorFlow's `Atanh`.
public struct Atanh: PointwiseDefinition {
  public static let typeName = "Atanh"
  public init() {}
  public var expression: ScalarExpression { .unary(.atanh, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * reciprocal(1 - square(context.input(0)))]
  }
}

/// The hyperbolic sine: (eˣ - e⁻ˣ) / 2.
///
/// Gradient: cosh x.
public func sinh<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Sinh(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The hyperbolic cosine: (eˣ + e⁻ˣ) / 2.
///
/// Gradient: sinh x.
public func cosh<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Cosh(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The hyperbolic tangent: (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ).
///
/// ```swift
/// let state = tanh(matmul(x, w) + b)
/// ```
/// Gradient: 1 - tanh² x.
public func tanh<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Tanh(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The inverse of the hyperbolic sine.
///
/// Gradient: 1 / √(1 + x²).
public func asinh<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Asinh(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The inverse of the hyperbolic cosine; NaN for x < 1.
///
/// Gradient: 1 / √(x² - 1).
public func acosh<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Acosh(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The inverse of the hyperbolic tangent; NaN for |x| > 1.
///
/// Gradient: 1 / (1 - x²).
public func atanh<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Atanh(), [x.node], name: name, at: SourceLocation(fileID, line))
}
