import WeftGraph

/// 2 / √π.
private let twoOverRootPi = 1.12837916709551257

/// TensorFlow's `Erf`.
public struct Erf: PointwiseDefinition {
  public static let typeName = "Erf"
  public init() {}
  public var expression: ScalarExpression { .unary(.erf, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [g * (S(twoOverRootPi) * exp(-square(x)))]
  }
}

/// TensorFlow's `Erfc`.
public struct Erfc: PointwiseDefinition {
  public static let typeName = "Erfc"
  public init() {}
  public var expression: ScalarExpression { .unary(.erfc, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    return [g * (S(-twoOverRootPi) * exp(-square(x)))]
  }
}

/// The error function: 2 / √π ∫₀ˣ exp(-t²) dt.
///
/// Gradient: 2 / √π exp(-x²).
public func erf<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Erf(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The complement of the error function, 1 - erf(x), exact for large x.
///
/// Gradient: -2 / √π exp(-x²).
public func erfc<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Erfc(), [x.node], name: name, at: SourceLocation(fileID, line))
}
