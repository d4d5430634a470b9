import WeftGraph

/// TensorFlow's `SparseSoftmaxCrossEntropyWithLogits`: the loss of each row for one right class, and
/// its gradient with respect to the logits, in one pass.
public struct SparseSoftmaxCrossEntropyWithLogits: OpDefinition {
  public static let typeName = "SparseSoftmaxCrossEntropyWithLogits"
  public static let displayName = "sparseSoftmaxCrossEntropy"
  public init() {}
  public var inputNames: [String] { ["logits", "labels"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32, .float64])
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(0, rank: 2)
    try context.require(1, rank: 1)
    let (logits, labels) = (context.inputs[0].shape, context.inputs[1].shape)
    guard let rows = TensorShape([logits[0]]).merged(with: TensorShape([labels[0]])) else {
      throw OpFailure(
        "logits have the shape \(logits), labels \(labels)", code: .invalidShape)
    }
    let dtype = context.inputs[0].dtype
    return [TensorType(dtype, rows), TensorType(dtype, rows.appending([logits[1]]))]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    var parts: [Node<S>] = []
    if let g = context.gradientIfAny(0) { parts.append(expandLast(g) * context.output(1)) }
    if let g = context.gradientIfAny(1) {
      let p: Node<S> = apply(Softmax(), [context.input(0)])
      parts.append((g - sum(g * p, axes: [-1], keepDims: true)) * p)
    }
    return [parts.isEmpty ? nil : addN(parts), nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape(1)
    let (rows, columns) = (shape[0], shape[1])
    let (logits, labels) = (context.inputs[0].doubles, context.inputs[1].integers)
    var losses: [Double] = []
    var backprop: [Double] = []
    for row in 0..<rows {
      let label = labels[row]
      guard label >= 0, label < columns else {
        throw OpFailure(
          "label \(label) of row \(row) is outside the \(columns) classes", code: .evaluationFailed)
      }
      let terms = logSoftmaxRow(Array(logits[row * columns..<(row + 1) * columns]))
      losses.append(-terms[label].log)
      backprop += terms.enumerated().map { $1.probability - ($0 == label ? 1 : 0) }
    }
    return [try context.reals(losses), try context.reals(backprop, index: 1)]
  }
}

/// The cross-entropy of each row between the softmax of the logits and one right class.
///
/// Formula: lossᵢ = -log softmax(logits)ᵢ at the label of row i. Shapes: [..., classes] and [...] give
/// [...].
///
/// ```swift
/// let loss = mean(sparseSoftmaxCrossEntropy(logits: scores, labels: digits))
/// ```
/// Errors: shapes that do not fit; a label outside the classes fails when it runs. Gradient:
/// softmax(logits), less 1 at the label.
public func sparseSoftmaxCrossEntropy<S: FloatingScalar, I: IndexScalar>(
  logits: some NodeConvertible<S>, labels: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (logits, labels, location) = (logits.node, labels.node, SourceLocation(fileID, line))
  let definition = SparseSoftmaxCrossEntropyWithLogits()
  guard let rank = logits.shape.rank, rank != 2 else {
    return apply(definition, [logits, labels], name: name, at: location)
  }
  return composite(name ?? definition.typeName, logits.graph, location) {
    let losses: Node<S> = apply(definition, [asRows(logits), reshape(labels, [-1])])
    return reshape(losses, shape(labels))
  }
}
