import Glibc
import WeftGraph

/// TensorFlow's `Softmax`: over the last axis.
public struct Softmax: OpDefinition {
  public static let typeName = "Softmax"
  public init() {}
  public var aliasing: Aliasing { .elementwise([0]) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try rowwiseType(context)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, y) = (context.gradient(0), context.output(0))
    return [(g - sum(g * y, axes: [-1], keepDims: true)) * y]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try evaluateRows(context) { $0.probability }
  }
}

/// TensorFlow's `LogSoftmax`: the logarithm of the softmax over the last axis.
public struct LogSoftmax: OpDefinition {
  public static let typeName = "LogSoftmax"
  public init() {}
  public var aliasing: Aliasing { .elementwise([0]) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try rowwiseType(context)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let p: Node<S> = apply(Softmax(), [context.input(0)])
    return [g - sum(g, axes: [-1], keepDims: true) * p]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try evaluateRows(context) { $0.log }
  }
}

private func rowwiseType(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
  try context.require(count: 1)
  try context.require(0, dtypes: [.float32, .float64])
  if context.inputs[0].shape.rank == 0 {
    throw OpFailure("takes at least one axis, not a scalar", code: .invalidShape)
  }
  return [context.inputs[0]]
}

/// The logarithm of each probability of a row, and the probability.
func logSoftmaxRow(_ logits: [Double]) -> [(log: Double, probability: Double)] {
  let largest = logits.contains(where: \.isNaN) ? .nan : logits.max() ?? 0
  let sum = logits.reduce(0) { $0 + exp($1 - largest) }
  return logits.map { ($0 - largest - log(sum), exp($0 - largest) / sum) }
}

private func evaluateRows(
  _ context: EvaluationContext, _ part: ((log: Double, probability: Double)) -> Double
) throws(OpFailure) -> [AnyTensor] {
  let columns = context.inputs[0].shape.last ?? 1
  let values = context.inputs[0].doubles
  var result: [Double] = []
  for start in stride(from: 0, to: values.count, by: max(columns, 1)) {
    result += logSoftmaxRow(Array(values[start..<start + columns])).map(part)
  }
  func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
    [try context.output(result.map { S(converting: $0) })]
  }
  guard let type = context.inputs[0].dtype.floatingType else {
    throw OpFailure("not defined for \(context.inputs[0].dtype)", code: .invalidType)
  }
  return try open(type)
}

/// The softmax over an axis: exp(xⱼ - m) / Σₖ exp(xₖ - m), with m the largest x.
///
/// ```swift
/// let prediction = softmax(logits)  // rows sum to 1
/// ```
/// Errors: a scalar, an axis outside the rank. Gradient: (g - Σ g y) y.
public func softmax<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, axis: Int = -1, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, location) = (x.node, SourceLocation(fileID, line))
  if isLast(axis, of: x) { return apply(Softmax(), [x], name: name, at: location) }
  return composite(name ?? "Softmax", x.graph, location) {
    let powers = exp(x - stopGradient(max(x, axes: [axis], keepDims: true)))
    return powers / sum(powers, axes: [axis], keepDims: true)
  }
}

/// The logarithm of the softmax over an axis: xⱼ - m - log Σₖ exp(xₖ - m), with m the largest x.
///
/// Errors: a scalar, an axis outside the rank. Gradient: g - softmax(x) Σ g.
public func logSoftmax<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, axis: Int = -1, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, location) = (x.node, SourceLocation(fileID, line))
  if isLast(axis, of: x) { return apply(LogSoftmax(), [x], name: name, at: location) }
  return composite(name ?? "LogSoftmax", x.graph, location) {
    let shifted = x - stopGradient(max(x, axes: [axis], keepDims: true))
    return shifted - log(sum(exp(shifted), axes: [axis], keepDims: true))
  }
}

private func isLast<S: TensorScalar>(_ axis: Int, of x: Node<S>) -> Bool {
  axis == -1 || x.shape.rank.map { axis == $0 - 1 } ?? false
}
