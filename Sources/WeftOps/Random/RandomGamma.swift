import Glibc
import WeftGraph

/// TensorFlow's `RandomGamma`: numbers of the gamma distribution of rate 1 (Marsaglia and Tsang,
/// "A Simple Method for Generating Gamma Variables", 2000).
public struct RandomGamma: RandomDefinition {
  public static let typeName = "RandomGamma"
  public let seed: Int64
  public let seed2: Int64
  public init(seed: Int64, seed2: Int64) {
    self.seed = seed
    self.seed2 = seed2
  }
  public var attributes: [Attribute] { seedAttributes }
  public var inputNames: [String] { ["shape", "alpha"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.float32, .float64, .float16])
    let alpha = context.inputs[1]
    return [TensorType(alpha.dtype, try context.requestedShape(0).appending(alpha.shape))]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.requestedShape(0) + context.inputs[1].shape
    let alphas = context.inputs[1].doubles
    let total = try checkedCount(shape)
    let base = context.generator(forElements: total)
    let samples = alphas.isEmpty ? 0 : total / alphas.count
    var values = [Double](repeating: 0, count: total)
    for (column, alpha) in alphas.enumerated() {
      for sample in 0..<samples {
        let start = UInt64(256 * (column * samples + sample))
        var draw = GammaDraw(stream: base.advanced(by: start))
        values[sample * alphas.count + column] = alpha > 0 ? draw.next(alpha) : .nan
      }
    }
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      try hostTensor(shape, values.map { S(converting: $0) })
    }
    return [try open(context.inputs[1].dtype.scalarType)]
  }
}

/// One number of the gamma distribution from a stream of its own.
private struct GammaDraw {
  var stream: Philox
  var normals: [Double] = []
  var uniforms: [Double] = []

  mutating func uniform() -> Double {
    if uniforms.isEmpty {
      let block = stream.next()
      uniforms = [Double.uniform(block, at: 0), Double.uniform(block, at: 1)]
    }
    return uniforms.removeLast()
  }

  mutating func normal() -> Double {
    if normals.isEmpty {
      let pair = Double.normalPair(stream.next(), at: 0)
      normals = [pair.first, pair.second]
    }
    return normals.removeLast()
  }

  mutating func next(_ alpha: Double) -> Double {
    if alpha == 1 { return -log1p(-uniform()) }
    let isSmall = alpha < 1
    let d = alpha + (isSmall ? 1 : 0) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    // A rejection is rarer than one in twenty; an infinite alpha would never be accepted.
    guard d.isFinite else { return d }
    while true {
      let x = normal()
      var v = 1 + c * x
      if v <= 0 { continue }
      v = v * v * v
      let u = uniform()
      let squeeze = 1 - 0.0331 * (x * x) * (x * x)
      if u < squeeze || log(u) < 0.5 * x * x + d * (1 - v + log(v)) {
        let result = d * v
        return isSmall ? result * pow(uniform(), 1 / alpha) : result
      }
    }
  }
}

extension Graph {
  /// Numbers of the gamma distribution: density proportional to x^(alpha-1) exp(-beta x).
  ///
  /// Shapes: alpha's behind the given one. Gradient: flows to beta only. Numbers below the smallest
  /// normal one are raised to it, as TensorFlow does.
  public func randomGamma<S: FloatingScalar>(
    _ shape: [Int], alpha: Node<S>, beta: S = 1, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let name = name ?? "random_gamma"
    let vector = indices(shape, name: "\(name)/shape", at: location)
    let rate = constant(Tensor(beta), name: "\(name)/beta", at: location)
    let draw = add(
      inputs: [vector.output, alpha.output], name: "\(name)/RandomGamma", at: location
    ) { planned in
      let pair = self.seedPair(seed, for: planned)
      return RandomGamma(seed: pair.seed, seed2: pair.seed2)
    }
    let gamma = Node<S>(output: draw.output(0))
    let scaled: Node<S> = apply(RealDiv(), [gamma, rate], name: "\(name)/truediv", at: location)
    let floor = constant(Tensor(S.leastNormalMagnitude), name: "\(name)/Maximum/x", at: location)
    return apply(AtLeast(), [floor, scaled], name: name, at: location)
  }
}

/// The larger of two numbers: the floor under gamma numbers, through which no gradient is wanted.
private struct AtLeast: PointwiseDefinition {
  static let typeName = "Maximum"
  var expression: ScalarExpression { .binary(.maximum, .input(0), .input(1)) }
  func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, context.gradient(0)]
  }
}
