import WeftGraph

/// TensorFlow's `Sum`.
public struct Sum: ReductionDefinition {
  public static let typeName = "Sum"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .sum }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [spread(context.gradient(0), like: context), nil]
  }
}

/// TensorFlow's `Mean`.
public struct Mean: ReductionDefinition {
  public static let typeName = "Mean"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .mean }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let ratio: Node<S> = apply(
      GroupSize(dtype: S.dtype), [context.input(0), context.output(0)])
    return [spread(context.gradient(0) / ratio, like: context), nil]
  }
}

/// How many elements of input 0 meet in one element of input 1: the divisor of a mean.
struct GroupSize: OpDefinition {
  static let typeName = "WeftGroupSize"
  let dtype: DType
  var attributes: [Attribute] { [Attribute("T", .type(dtype))] }
  func outputTypes(_ context: InferenceContext) -> [TensorType] { [TensorType(dtype, .scalar)] }
  func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    guard let all = context.inputs[0].shape.elementCount,
      let kept = context.inputs[1].shape.elementCount
    else { return nil }
    return [value(all, kept)]
  }
  func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    [value(context.inputs[0].count, context.inputs[1].count)]
  }
  private func value(_ all: Int, _ kept: Int) -> AnyTensor {
    let ratio = Double(all) / Double(Swift.max(kept, 1))
    return dtype == .float64 ? AnyTensor(Tensor(ratio)) : AnyTensor(Tensor(Float(ratio)))
  }
}

/// The gradient of a reduction spread over the reduced axes of its input.
func spread<S: FloatingScalar>(_ gradient: Node<S>, like context: GradientContext<S>) -> Node<S> {
  let input = context.input(0)
  let axes = context.input(1, as: Int32.self)
  let kept: Node<Int32> = apply(KeptShape(), [input, axes])
  let reshaped: Node<S> = apply(Reshape(), [gradient, kept])
  return apply(BroadcastTo(), [reshaped, shapeNode(input.output)])
}

/// The shape of input 0 with the axes of input 1 set to 1: what a reduction keeps.
public struct KeptShape: OpDefinition {
  public static let typeName = "WeftKeptShape"
  public init() {}
  public func outputTypes(_ context: InferenceContext) -> [TensorType] {
    [TensorType(.int32, [context.inputs[0].shape.rank])]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    guard let dimensions = context.inputs[0].shape.dimensions, let axes = context.integers(1),
      let reduced = try? reducedAxes(axes, rank: dimensions.count)
    else { return nil }
    return TensorShape(dimensions.enumerated().map { reduced.contains($0) ? 1 : $1 })
  }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    shapeValue(context)?.complete.map { [AnyTensor(indices: $0)] }
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let reduced = try reducedAxes(context.inputs[1].integers, rank: shape.count)
    return [AnyTensor(indices: shape.enumerated().map { reduced.contains($0) ? 1 : $1 })]
  }
}

/// The sum over some axes, by default all.
///
/// ```swift
/// sum(x, axes: [0])                   // column sums
/// sum(x, axes: [-1], keepDims: true)  // row sums as a column
/// ```
/// Shapes: the reduced axes go, or stay as 1 with `keepDims`. Gradient: spread over the axes.
public func sum<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  reduction(Sum(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}

/// The mean over some axes, by default all. NaN over no elements.
///
/// ```swift
/// let loss = mean(softmaxCrossEntropy(logits: scores, labels: labels))
/// ```
/// Gradient: spread over the axes and divided by the number of elements that met.
public func mean<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  reduction(Mean(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}
