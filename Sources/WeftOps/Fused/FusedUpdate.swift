import WeftGraph

/// An optimizer's update with the formula of its gradient merged into it: the gradient of a penalty,
/// a clipping factor, a sum of parts. One pass over the parameter, and no tensor of the gradient.
///
/// The inputs are those of the update, of which the gradient's place holds one of the formula's
/// operands, and after them the formula's further operands. The formula is over all of these; it may
/// read the variable and the slots, as they are before the update.
public struct FusedUpdate: OpDefinition {
  public static let typeName = "WeftFusedUpdate"
  /// What is done with the gradient.
  public let update: any ParameterUpdate
  /// The gradient's elements.
  public let expression: ScalarExpression
  /// The number of operands.
  public let inputCount: Int

  public init(update: any ParameterUpdate, expression: ScalarExpression, inputCount: Int) {
    self.update = update
    self.expression = expression
    self.inputCount = inputCount
  }

  public static func == (a: FusedUpdate, b: FusedUpdate) -> Bool {
    AnyHashable(a.update) == AnyHashable(b.update) && a.expression == b.expression
      && a.inputCount == b.inputCount
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(update))
    hasher.combine(expression)
    hasher.combine(inputCount)
  }

  public var attributes: [Attribute] {
    [
      Attribute("update", .string(update.typeName)),
      Attribute("expression", .string(expression.description)),
    ] + update.attributes
  }
  public var effect: Effect { update.effect }
  public var inputNames: [String] { update.inputNames }

  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    update.floatingPointOperations(inputs: Array(inputs.prefix(ownCount)), outputs: outputs)
      + Double(expression.operationCount) * (inputs.first.map(elementCount) ?? 0)
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputCount)
    var types = Array(context.inputs.prefix(ownCount))
    types[update.gradientIndex] = try gradientType(context.inputs)
    return try update.outputTypes(InferenceContext(inputs: types))
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let types = context.inputs.map { TensorType($0.dtype, TensorShape($0.shape)) }
    let gradient = try formula.evaluate(
      EvaluationContext(inputs: context.inputs, outputTypes: [try gradientType(types)]))
    var inputs = Array(context.inputs.prefix(ownCount))
    inputs[update.gradientIndex] = gradient[0]
    return try update.evaluate(
      EvaluationContext(inputs: inputs, outputTypes: context.outputTypes))
  }

  private var ownCount: Int { update.inputNames.count }

  private var formula: FusedPointwise {
    FusedPointwise(expression: expression, inputCount: inputCount, overwritable: [])
  }

  private func gradientType(_ inputs: [TensorType]) throws(OpFailure) -> TensorType {
    try formula.outputTypes(InferenceContext(inputs: inputs))[0]
  }
}
