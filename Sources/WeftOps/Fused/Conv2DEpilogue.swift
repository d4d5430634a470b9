import WeftGraph

/// A convolution with a bias and a rectifier for its elements: a device applies them to a part of the result
/// that it has just computed, so that the convolution is not written, read and written again.
///
/// Formula: y = conv2D(x, filters), then y + bias, then max(y, 0), each where it is wanted. Inputs: x, the
/// filters, the bias (one number for each filter). The channels lie last.
public struct Conv2DEpilogue: OpDefinition {
  public static let typeName = "WeftConv2DEpilogue"
  public let convolution: Conv2D
  /// Whether a number is added for each filter.
  public let addsBias: Bool
  /// Whether what is below 0 becomes 0.
  public let isRectified: Bool

  public init(convolution: Conv2D, addsBias: Bool, isRectified: Bool) {
    self.convolution = convolution
    self.addsBias = addsBias
    self.isRectified = isRectified
  }

  /// The operand that is the bias, if there is one.
  public var biasInput: Int? { addsBias ? 2 : nil }

  /// What is done to an element of the convolution, as a formula: operand 0 is the convolution, then the
  /// bias, if there is one.
  public var expression: ScalarExpression {
    let sum: ScalarExpression = addsBias ? .input(0) + .input(1) : .input(0)
    return isRectified ? .binary(.maximum, sum, 0) : sum
  }

  public var attributes: [Attribute] {
    convolution.attributes + [Attribute("epilogue", .string(expression.description))]
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: addsBias ? 3 : 2)
    try context.requireSameType()
    let types = try convolution.outputTypes(InferenceContext(inputs: Array(context.inputs[..<2])))
    if addsBias {
      let bias = context.inputs[2].shape
      if let rank = bias.rank {
        let (count, filters) = (rank > 0 ? bias[rank - 1] : 1, types[0].shape[3])
        if let count, let filters, count != filters {
          throw OpFailure("a bias of shape \(bias) for \(types[0])", code: .invalidShape)
        }
      }
    }
    return types
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let result = try convolution.evaluate(
      EvaluationContext(inputs: Array(context.inputs[..<2]), outputTypes: context.outputTypes))
    let elementwise = FusedPointwise(
      expression: expression, inputCount: addsBias ? 2 : 1, overwritable: [])
    return try elementwise.evaluate(
      EvaluationContext(inputs: result + context.inputs[2...], outputTypes: context.outputTypes))
  }
}
