import WeftGraph

/// A first-order recurrence along an axis, of the elements before: E₀ = 0, Eᵢ = bᵢ₋₁ + aᵢ₋₁ Eᵢ₋₁; in
/// reverse from the end. It is its own derivative's building block: with R the same scan over a and
/// the gradient in the other direction, the gradients are R E for a and R for b.
public struct LinearScan: OpDefinition {
  public static let typeName = "WeftLinearScan"
  /// Whether it goes from the end.
  public let reverse: Bool
  /// A scan.
  public init(reverse: Bool) { self.reverse = reverse }
  public var attributes: [Attribute] { [Attribute("reverse", .bool(reverse))] }
  public var inputNames: [String] { ["factors", "terms", "axis"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 1])
    try context.require(0, dtypes: [.float32, .float64])
    guard let shape = context.inputs[0].shape.merged(with: context.inputs[1].shape) else {
      throw OpFailure(
        "shapes differ: \(context.inputs[0].shape) and \(context.inputs[1].shape)",
        code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, shape)]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let axis = context.input(2, as: Int32.self)
    let back: Node<S> = apply(
      LinearScan(reverse: !reverse), [context.input(0), context.gradient(0), axis])
    return [back * context.output(0), back, nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let axis = try resolveAxis(context.inputs[2].integers.first ?? 0, rank: shape.count)
    let (a, b) = (context.inputs[0].doubles, context.inputs[1].doubles)
    var result = [Double](repeating: 0, count: a.count)
    for line in axisLines(shape, axis, reverse: reverse) {
      var value = 0.0
      for position in line {
        result[position] = value
        value = b[position] + a[position] * value
      }
    }
    return [try context.reals(result)]
  }
}
