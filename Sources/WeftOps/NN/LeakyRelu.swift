import WeftGraph

/// TensorFlow's `LeakyRelu`.
public struct LeakyRelu: PointwiseDefinition {
  public static let typeName = "LeakyRelu"
  /// The slope for negative elements.
  public let alpha: Double
  public init(alpha: Double = 0.2) { self.alpha = alpha }
  public var attributes: [Attribute] { [Attribute("alpha", .float(alpha))] }
  public var expression: ScalarExpression {
    .select(.input(0) .> 0, .input(0), .input(0) * .constant(alpha))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let definition = LeakyReluGrad(alpha: alpha)
    return [apply(definition, [context.gradient(0), context.input(0)]) as Node<S>]
  }
}

/// TensorFlow's `LeakyReluGrad`: the gradient, times alpha where the feature is not positive.
public struct LeakyReluGrad: PointwiseDefinition {
  public static let typeName = "LeakyReluGrad"
  /// The slope for negative elements.
  public let alpha: Double
  public init(alpha: Double = 0.2) { self.alpha = alpha }
  public var attributes: [Attribute] { [Attribute("alpha", .float(alpha))] }
  public var inputNames: [String] { ["gradients", "features"] }
  public var expression: ScalarExpression {
    .select(.input(1) .> 0, .input(0), .input(0) * .constant(alpha))
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let definition = LeakyReluGrad(alpha: alpha)
    return [apply(definition, [context.gradient(0), context.input(1)]) as Node<S>, nil]
  }
}

/// The leaky rectified linear unit: x where it is positive, else alpha x.
///
/// Gradient: 1 where x > 0, else alpha.
public func leakyRelu<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, alpha: Double = 0.2, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(LeakyRelu(alpha: alpha), [x.node], name: name, at: SourceLocation(fileID, line))
}
