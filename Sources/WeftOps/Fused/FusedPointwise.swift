import WeftGraph

/// Several pointwise operations in one pass: what the compiler makes of a chain of them.
///
/// An ordinary pointwise operation over a longer formula: every device runs it, and the reference
/// evaluates it, as any other.
public struct FusedPointwise: PointwiseDefinition {
  public static let typeName = "WeftFusedPointwise"
  public let expression: ScalarExpression
  public let inputCount: Int
  /// Which operands have as many elements as the result and may be overwritten by it.
  public let overwritable: [Int]
  public init(expression: ScalarExpression, inputCount: Int, overwritable: [Int]) {
    self.expression = expression
    self.inputCount = inputCount
    self.overwritable = overwritable
  }
  public var attributes: [Attribute] {
    [Attribute("expression", .string(expression.description))]
  }
  public var aliasing: Aliasing { .elementwise(overwritable) }
}

/// An update of a variable, element by element, in one pass: input 0 is the variable, and the formula
/// gives its new value.
public struct PointwiseUpdate: OpDefinition {
  public static let typeName = "WeftPointwiseUpdate"
  public let expression: ScalarExpression
  public let inputCount: Int
  public init(expression: ScalarExpression, inputCount: Int) {
    self.expression = expression
    self.inputCount = inputCount
  }
  public var attributes: [Attribute] {
    [Attribute("expression", .string(expression.description))]
  }
  public var effect: Effect { .updates([0]) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputCount)
    let types = try asPointwise.outputTypes(context)
    guard types[0].dtype == context.inputs[0].dtype,
      types[0].shape.isCompatible(with: context.inputs[0].shape)
    else {
      throw OpFailure(
        "the variable is \(context.inputs[0]), its new value \(types[0])", code: .invalidShape)
    }
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try asPointwise.evaluate(context)
  }
  private var asPointwise: FusedPointwise {
    FusedPointwise(expression: expression, inputCount: inputCount, overwritable: [])
  }
}
