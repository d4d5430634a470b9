import WeftGraph

/// TensorFlow's `Reciprocal`.
public struct Reciprocal: PointwiseDefinition {
  public static let typeName = "Reciprocal"
  public init() {}
  public var expression: ScalarExpression { .unary(.reciprocal, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(ReciprocalGrad(), [context.output(0), context.gradient(0)]) as Node<S>]
  }
}

/// TensorFlow's `ReciprocalGrad`: -dy y², where y = 1 / x.
public struct ReciprocalGrad: PointwiseDefinition {
  public static let typeName = "ReciprocalGrad"
  public init() {}
  public var expression: ScalarExpression { -.input(1) * .input(0) * .input(0) }
  public var inputNames: [String] { ["y", "dy"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (y, dy) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(ReciprocalGrad(), [y, g])
    return [-2 * g * dy * y, direct]
  }
}

/// TensorFlow's `Inv`: the older name of `Reciprocal`.
public struct Inv: PointwiseDefinition {
  public static let typeName = "Inv"
  public init() {}
  public var expression: ScalarExpression { .unary(.reciprocal, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(InvGrad(), [context.output(0), context.gradient(0)]) as Node<S>]
  }
}

/// TensorFlow's `InvGrad`: -dy y², where y = 1 / x.
public struct InvGrad: PointwiseDefinition {
  public static let typeName = "InvGrad"
  public init() {}
  public var expression: ScalarExpression { -.input(1) * .input(0) * .input(0) }
  public var inputNames: [String] { ["y", "dy"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (y, dy) = (context.input(0), context.input(1))
    let g = context.gradient(0)
    let direct: Node<S> = apply(InvGrad(), [y, g])
    return [-2 * g * dy * y, direct]
  }
}

/// The reciprocal: 1 / x.
///
/// Gradient: -1 / x².
public func reciprocal<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Reciprocal(), [x.node], name: name, at: SourceLocation(fileID, line))
}
