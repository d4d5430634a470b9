import WeftGraph

/// The gradient of a pooling of what a rectifier made, taken through both: where the largest of a window
/// is not above 0, nothing comes back.
///
/// Formula: MaxPoolGrad(x, y, g) where x > 0, and 0 elsewhere. Inputs: as MaxPoolGrad.
public struct MaxPoolReluGrad: OpDefinition {
  public static let typeName = "WeftMaxPoolReluGrad"
  public let gradient: MaxPoolGrad

  public init(_ gradient: MaxPoolGrad) { self.gradient = gradient }

  /// The window.
  public var pooling: PoolingSettings { gradient.pooling }
  public var attributes: [Attribute] { gradient.attributes }
  public var inputNames: [String] { gradient.inputNames }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try gradient.outputTypes(context)
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let slopes = try gradient.evaluate(context)[0].doubles
    let x = context.inputs[0].doubles
    return [try context.reals(zip(x, slopes).map { $0 > 0 ? $1 : 0 })]
  }
}
