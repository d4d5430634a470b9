import Glibc
import WeftGraph

/// TensorFlow's `LRN`: each element divided by a power of the squares around it in the last axis.
public struct LRN: OpDefinition {
  public static let typeName = "LRN"
  public static let displayName = "localResponseNormalization"
  /// The window's parameters.
  public let window: LocalResponseWindow
  public init(_ window: LocalResponseWindow) { self.window = window }
  public var attributes: [Attribute] { window.attributes }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64])
    try context.require(0, rank: 4)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [
      apply(LRNGrad(window), [context.gradient(0), context.input(0), context.output(0)])
        as Node<S>
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let x = context.inputs[0].doubles
    let sums = window.sums(x.map { $0 * $0 }, depth: context.inputs[0].shape[3])
    return [
      try context.reals(
        zip(x, sums).map { $0 * pow(window.bias + window.alpha * $1, -window.beta) })
    ]
  }
}

/// TensorFlow's `LRNGrad`: with N the sum with its bias, g N^-β - 2 α β x Σ g y / N over the window.
public struct LRNGrad: OpDefinition {
  public static let typeName = "LRNGrad"
  /// The window's parameters.
  public let window: LocalResponseWindow
  public init(_ window: LocalResponseWindow) { self.window = window }
  public var attributes: [Attribute] { window.attributes }
  public var inputNames: [String] { ["gradients", "input", "output"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    var shape = TensorShape.unknown(rank: 4)
    for input in context.inputs {
      guard let merged = shape.merged(with: input.shape) else {
        throw OpFailure("shapes differ: \(shape) and \(input.shape)", code: .invalidShape)
      }
      shape = merged
    }
    return [TensorType(context.inputs[0].dtype, shape)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (g, x, y) = (
      context.inputs[0].doubles, context.inputs[1].doubles, context.inputs[2].doubles
    )
    let depth = context.inputs[0].shape[3]
    let norms = window.sums(x.map { $0 * $0 }, depth: depth).map { window.bias + window.alpha * $0 }
    let ratios = window.sums(x.indices.map { g[$0] * y[$0] / norms[$0] }, depth: depth)
    let factor = 2 * window.alpha * window.beta
    let results = x.indices.map { index -> Double in
      let direct = g[index] * pow(norms[index], -window.beta)
      return direct - factor * x[index] * ratios[index]
    }
    return [try context.reals(results)]
  }
}

/// What a local response normalisation divides by: (bias + alpha Σ x²)^beta, the sum over the
/// neighbours in the last axis up to the radius on both sides.
public struct LocalResponseWindow: Hashable, Sendable {
  public let radius: Int
  public let bias: Double
  public let alpha: Double
  public let beta: Double
  /// A window.
  public init(radius: Int = 5, bias: Double = 1, alpha: Double = 1, beta: Double = 0.5) {
    self.radius = radius
    self.bias = bias
    self.alpha = alpha
    self.beta = beta
  }

  var attributes: [Attribute] {
    [
      Attribute("depth_radius", .int(radius)), Attribute("bias", .float(bias)),
      Attribute("alpha", .float(alpha)), Attribute("beta", .float(beta)),
    ]
  }

  /// For each element the sum of those around it in its row.
  func sums(_ values: [Double], depth: Int) -> [Double] {
    values.indices.map { index in
      let start = index - index % depth
      let low = Swift.max(index - radius, start)
      let high = Swift.min(index + radius, start + depth - 1)
      return low <= high ? values[low...high].reduce(0, +) : 0
    }
  }
}

/// Each element divided by a power of the squares around it in the last axis:
/// x / (bias + alpha Σ x²)^beta, the sum over the neighbours up to the radius on both sides.
///
/// Shapes: [n, height, width, channels]. Source: A. Krizhevsky et al., 2012, section 3.3.
public func localResponseNormalization<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, radius: Int = 5, bias: Double = 1, alpha: Double = 1,
  beta: Double = 0.5, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let window = LocalResponseWindow(radius: radius, bias: bias, alpha: alpha, beta: beta)
  return apply(LRN(window), [x.node], name: name, at: SourceLocation(fileID, line))
}
