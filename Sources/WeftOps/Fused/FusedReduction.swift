import WeftGraph

/// A reduction of a formula in one pass: what the compiler makes of pointwise operations that end in a
/// sum, a mean or an extreme. The tensor of the formula's elements is never written.
///
/// result = function over `axes` of expression(inputs), the inputs broadcast as in any formula.
public struct FusedReduction: OpDefinition {
  public static let typeName = "WeftFusedReduction"
  /// The formula of the elements.
  public let expression: ScalarExpression
  /// The number of operands.
  public let inputCount: Int
  /// What is done with the elements that meet.
  public let function: ReductionFunction
  /// The axes, counted from 0, in order.
  public let axes: [Int]
  /// Whether reduced axes stay, with size 1.
  public let keepDims: Bool

  public init(
    expression: ScalarExpression, inputCount: Int, function: ReductionFunction, axes: [Int],
    keepDims: Bool
  ) {
    self.expression = expression
    self.inputCount = inputCount
    self.function = function
    self.axes = axes
    self.keepDims = keepDims
  }

  public var attributes: [Attribute] {
    [
      Attribute("expression", .string(expression.description)),
      Attribute("function", .string(function.rawValue)),
      Attribute("axes", .ints(axes)), Attribute("keep_dims", .bool(keepDims)),
    ]
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputCount)
    let elements = try formula.outputTypes(context)[0]
    guard function.dtypes.contains(elements.dtype) else {
      throw OpFailure("there is no \(function.rawValue) of \(elements.dtype)", code: .invalidType)
    }
    guard let dimensions = elements.shape.dimensions else {
      return [TensorType(elements.dtype, .unknown)]
    }
    let reduced = try reducedAxes(axes, rank: dimensions.count)
    return [function.outputType(elements.dtype, dimensions, reduced, keepDims: keepDims)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let types = try formula.outputTypes(
      InferenceContext(inputs: context.inputs.map { TensorType($0.dtype, TensorShape($0.shape)) }))
    let elements = try formula.evaluate(
      EvaluationContext(inputs: context.inputs, outputTypes: types))
    let reduced = try reducedAxes(axes, rank: elements[0].shape.count)
    return [try function.evaluate(elements[0], over: reduced, context)]
  }

  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    // The formula's shape is not among the results; the largest operand has it but for broadcasts.
    let elements = inputs.map(elementCount).max() ?? 0
    return elements * Double(1 + expression.operationCount)
  }

  /// The formula as an operation of its own.
  public var formula: FusedPointwise {
    FusedPointwise(expression: expression, inputCount: inputCount, overwritable: [])
  }
}
