import Glibc
import WeftGraph

/// TensorFlow's `Lgamma`.
public struct Lgamma: PointwiseDefinition {
  public static let typeName = "Lgamma"
  public init() {}
  public var expression: ScalarExpression { .unary(.lgamma, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [context.gradient(0) * digamma(context.input(0))]
  }
}

/// TensorFlow's `Digamma`.
public struct Digamma: PointwiseDefinition {
  public static let typeName = "Digamma"
  public init() {}
  public var expression: ScalarExpression { .unary(.digamma, .input(0)) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let x = context.input(0)
    return [context.gradient(0) * polygamma(x.number(1, "Polygamma/a"), x)]
  }
}

/// TensorFlow's `Polygamma`: the derivatives of the digamma function.
public struct Polygamma: OpDefinition {
  public static let typeName = "Polygamma"
  public init() {}
  public var inputNames: [String] { ["order", "x"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    let shape = try broadcast(context.inputs[0].shape, context.inputs[1].shape)
    return [TensorType(context.inputs[0].dtype, shape)]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (order, x) = (context.input(0), context.input(1))
    let slope = context.gradient(0) * polygamma(order + 1, x)
    return [nil, sumToShape(slope, of: x.output)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let (orders, values) = (context.inputs[0].doubles, context.inputs[1].doubles)
    let pairs = zip(
      broadcastPositions(of: context.inputs[0].shape, to: shape),
      broadcastPositions(of: context.inputs[1].shape, to: shape))
    let results = pairs.map { polygammaValue(orders[$0], values[$1]) }
    return [try context.reals(results)]
  }
}

/// ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! ζ(n + 1, x) for whole n > 0 and x > 0; for smaller x by the recurrence
/// ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x + 1) - (-1)ⁿ n! / xⁿ⁺¹. NaN for other n, ∞ at the poles.
private func polygammaValue(_ order: Double, _ x: Double) -> Double {
  guard order.isFinite, order >= 1, order == order.rounded(), !x.isNaN else {
    return .nan
  }
  if x == .infinity { return 0 }
  let sign: Double = order.truncatingRemainder(dividingBy: 2) == 1 ? 1 : -1
  if x <= 0, x == x.rounded() { return sign * .infinity }
  // Further below zero than this the recurrence would take too long.
  guard x > -1e6 else { return .nan }
  return sign * tgamma(order + 1) * hurwitzZeta(order + 1, x)
}

/// ζ(s, x) = Σₖ 1 / (x + k)ˢ over k ≥ 0, for s ≥ 2: the first terms, then Euler and Maclaurin's
/// formula (DLMF 25.11.28).
private func hurwitzZeta(_ s: Double, _ x: Double) -> Double {
  var sum = 0.0
  var x = x
  while x < 12 {
    sum += Glibc.pow(x, -s)
    x += 1
  }
  let tail: Double = Glibc.pow(x, 1 - s) / (s - 1)
  let half: Double = Glibc.pow(x, -s) / 2
  sum += tail + half
  // The terms B₂ₖ / (2k)! s (s + 1) ... (s + 2k - 2) / xˢ⁺²ᵏ⁻¹.
  let bernoulli: [(Double, Double)] = [
    (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6),
  ]
  var factor = s * Glibc.pow(x, -s - 1) / 2
  for (index, number) in bernoulli.enumerated() {
    sum += factor * number.0 / number.1
    let k = Double(2 * (index + 1))
    let next: Double = (s + k - 1) * (s + k)
    factor *= next / (x * x * (k + 1) * (k + 2))
  }
  return sum
}

/// The logarithm of |Γ(x)|.
///
/// Gradient: digamma(x).
public func lgamma<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Lgamma(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The derivative of log Γ(x).
///
/// Gradient: polygamma(1, x).
public func digamma<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Digamma(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The derivative of that order of the digamma function; NaN unless the order is 1, 2, ...
///
/// Gradient: polygamma(order + 1, x); none for the order.
public func polygamma<S: FloatingScalar>(
  _ order: some NodeConvertible<S>, _ x: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Polygamma(), [order.node, x.node], name: name, at: SourceLocation(fileID, line))
}
