import WeftGraph

/// A matrix product with what is done to its elements one by one: a bias, a rectifier, the mask of a
/// rectifier's gradient. A device applies it to a part of the result that it has just computed, so that
/// the product is not written, read and written again.
///
/// Formula: y = a b, then y + bias, then max(y, 0), then y where mask > 0 and 0 elsewhere, each where
/// it is wanted. Inputs: a, b, the bias (a row of n numbers), the mask of the product's shape [m, n].
public struct MatMulEpilogue: OpDefinition {
  public static let typeName = "WeftMatMulEpilogue"
  public let product: MatMul
  public let epilogue: Epilogue

  /// What is done to the elements of a product, in the order of the properties.
  public struct Epilogue: Hashable, Sendable {
    /// Whether a row is added to every row.
    public var addsBias: Bool
    /// Whether what is below 0 becomes 0.
    public var isRectified: Bool
    /// Whether an element becomes 0 where that of the mask is not above 0.
    public var isMasked: Bool

    public init(addsBias: Bool, isRectified: Bool, isMasked: Bool) {
      self.addsBias = addsBias
      self.isRectified = isRectified
      self.isMasked = isMasked
    }
  }

  public init(product: MatMul, epilogue: Epilogue) {
    self.product = product
    self.epilogue = epilogue
  }

  /// The operand that is the bias, if there is one.
  public var biasInput: Int? { epilogue.addsBias ? 2 : nil }
  /// The operand that is the mask, if there is one.
  public var maskInput: Int? { epilogue.isMasked ? inputCount - 1 : nil }
  private var inputCount: Int { 2 + (epilogue.addsBias ? 1 : 0) + (epilogue.isMasked ? 1 : 0) }

  /// What is done to an element of the product, as a formula: operand 0 is the product, then the bias
  /// and the mask, as far as there are any.
  public var expression: ScalarExpression {
    var result = ScalarExpression.input(0)
    if let biasInput { result = result + .input(biasInput - 1) }
    if epilogue.isRectified { result = .binary(.maximum, result, 0) }
    if let maskInput { result = .select(.input(maskInput - 1) .> 0, result, 0) }
    return result
  }

  public var attributes: [Attribute] {
    product.attributes + [Attribute("epilogue", .string(expression.description))]
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputCount)
    let type = try product.outputTypes(InferenceContext(inputs: Array(context.inputs[..<2])))[0]
    let result = try elementwise.outputTypes(
      InferenceContext(inputs: [type] + context.inputs[2...]))
    guard result[0].dtype == type.dtype, result[0].shape.isCompatible(with: type.shape) else {
      throw OpFailure("the product is \(type), with its epilogue \(result[0])", code: .invalidShape)
    }
    return [type]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let result = try product.evaluate(
      EvaluationContext(inputs: Array(context.inputs[..<2]), outputTypes: context.outputTypes))
    return try elementwise.evaluate(
      EvaluationContext(
        inputs: result + context.inputs[2...], outputTypes: context.outputTypes))
  }

  private var elementwise: FusedPointwise {
    FusedPointwise(expression: expression, inputCount: inputCount - 1, overwritable: [])
  }
}
