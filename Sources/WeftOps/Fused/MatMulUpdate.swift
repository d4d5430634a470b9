import WeftGraph

/// A gradient-descent update whose gradient is a matrix product, as one product that writes into the
/// variable: no gradient is stored.
///
/// Formula: v ← v - rate (a b + decay · v), with the roundings of the separate operations. Inputs: the variable, the rate (a scalar), a, b.
public struct MatMulDescent: OpDefinition {
  public static let typeName = "WeftMatMulDescent"
  public let product: MatMul
  /// The weight of the variable itself in the gradient: that of an L2 penalty.
  public let decay: Double
  public init(product: MatMul, decay: Double) {
    self.product = product
    self.decay = decay
  }
  public var attributes: [Attribute] { product.attributes + [Attribute("decay", .float(decay))] }
  public var effect: Effect { .updates([0]) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let delta = try product.evaluate(
      EvaluationContext(inputs: Array(context.inputs[2...]), outputTypes: context.outputTypes))
    let formula: ScalarExpression =
      .input(0) - .input(1) * (.constant(decay) * .input(0) + .input(2))
    return try PointwiseUpdate(expression: formula, inputCount: 3).evaluate(
      EvaluationContext(
        inputs: [context.inputs[0], context.inputs[1], delta[0]],
        outputTypes: context.outputTypes))
  }
}

/// A momentum's accumulation whose gradient is a matrix product, as one product that writes into the
/// accumulator: no gradient is stored.
///
/// Formula: m ← momentum · m + a b. Inputs: the accumulator, the momentum (a scalar), a, b.
public struct MatMulAccumulate: OpDefinition {
  public static let typeName = "WeftMatMulAccumulate"
  public let product: MatMul
  public init(product: MatMul) { self.product = product }
  public var attributes: [Attribute] { product.attributes }
  public var effect: Effect { .updates([0]) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let delta = try product.evaluate(
      EvaluationContext(inputs: Array(context.inputs[2...]), outputTypes: context.outputTypes))
    let formula: ScalarExpression = .input(0) * .input(1) + .input(2)
    return try PointwiseUpdate(expression: formula, inputCount: 3).evaluate(
      EvaluationContext(
        inputs: [context.inputs[0], context.inputs[1], delta[0]],
        outputTypes: context.outputTypes))
  }
}
