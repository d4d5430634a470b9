import WeftGraph

/// TensorFlow's `Sin`.
public struct Sin: PointwiseDefinition {
  public static let typeName = "Sin"
  public init() {}
  public var expression: ScalarExpression { .unary(.sin, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * cos(context.input(0))]
  }
}

/// TensorFlow's `Cos`.
public struct Cos: PointwiseDefinition {
  public static let typeName = "Cos"
  public init() {}
  public var expression: ScalarExpression { .unary(.cos, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [-context.gradient(0) * sin(context.input(0))]
  }
}

/// TensorFlow's `Tan`.
public struct Tan: PointwiseDefinition {
  public static let typeName = "Tan"
  public init() {}
  public var expression: ScalarExpression { .unary(.tan, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * square(reciprocal(cos(context.input(0))))]
  }
}

/// TensorFlow's `Asin`.
public struct Asin: PointwiseDefinition {
  public static let typeName = "Asin"
  public init() {}
  public var expression: ScalarExpression { .unary(.asin, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [g * reciprocal(sqrt(1 - square(x)))]
  }
}

/// TensorFlow's `Acos`.
public struct Acos: PointwiseDefinition {
  public static let typeName = "Acos"
  public init() {}
  public var expression: ScalarExpression { .unary(.acos, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [-g * reciprocal(sqrt(1 - square(x)))]
  }
}

/// TensorFlow's `Atan`.
public struct Atan: PointwiseDefinition {
  public static let typeName = "Atan"
  public init() {}
  public var expression: ScalarExpression { .unary(.atan, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [g * reciprocal(1 + square(x))]
  }
}

/// TensorFlow's `Atan2`.
public struct Atan2: PointwiseDefinition {
  public static let typeName = "Atan2"
  public init() {}
  public var expression: ScalarExpression { .binary(.atan2, .input(0), .input(1)) }
  public var inputNames: [String] { ["y", "x"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (y, x) = (context.input(0), context.input(1))
    let ratio = context.gradient(0) / (square(x) + square(y))
    return sumToShapes(x * ratio, -y * ratio, of: context)
  }
}

/// The sine of an angle in radians.
///
/// Gradient: cos x.
public func sin<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Sin(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The cosine of an angle in radians.
///
/// Gradient: -sin x.
public func cos<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Cos(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The tangent of an angle in radians.
///
/// Gradient: 1 / cos² x.
public func tan<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Tan(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The angle in [-π/2, π/2] with this sine; NaN outside [-1, 1].
///
/// Gradient: 1 / √(1 - x²).
public func asin<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Asin(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The angle in [0, π] with this cosine; NaN outside [-1, 1].
///
/// Gradient: -1 / √(1 - x²).
public func acos<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Acos(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The angle in (-π/2, π/2) with this tangent.
///
/// Gradient: 1 / (1 + x²).
public func atan<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Atan(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The angle in (-π, π] of the point (x, y), with broadcasting.
///
/// Gradients: x / (x² + y²) for y, -y / (x² + y²) for x.
public func atan2<S: FloatingScalar>(
  _ y: some NodeConvertible<S>, _ x: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Atan2(), [y.node, x.node], name: name, at: SourceLocation(fileID, line))
}
