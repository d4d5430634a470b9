import WeftGraph

/// TensorFlow's `SoftmaxCrossEntropyWithLogits`: the loss of each row, and its gradient with respect
/// to the logits, in one pass.
public struct SoftmaxCrossEntropyWithLogits: OpDefinition {
  public static let typeName = "SoftmaxCrossEntropyWithLogits"
  public static let displayName = "softmaxCrossEntropy"
  public init() {}
  public var inputNames: [String] { ["logits", "labels"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    for index in 0..<2 { try context.require(index, rank: 2) }
    let (logits, labels) = (context.inputs[0], context.inputs[1])
    let shape: TensorShape
    do { shape = try broadcast(logits.shape, labels.shape) } catch {
      throw OpFailure(
        "logits have the shape \(logits.shape), labels \(labels.shape)", code: .invalidShape)
    }
    return [TensorType(logits.dtype, [shape[0]]), TensorType(logits.dtype, shape)]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    var logits = context.input(0)
    // A single column may stand for several classes: the softmax is over those.
    if (logits.shape[1] ?? 1) == 1 {
      logits = apply(BroadcastTo(), [logits, shapeNode(context.operation.output(1))])
    }
    let logProbabilities: Node<S> = apply(LogSoftmax(), [logits])
    var forLogits: Node<S>?
    var forLabels: Node<S>?
    if let g = context.gradientIfAny(0) {
      let column = expandLast(g)
      forLogits = column * context.output(1)
      forLabels = -(column * logProbabilities)
    }
    if let g = context.gradientIfAny(1) {
      // The second output is softmax(logits) - labels; this is what makes Hessians right.
      let p: Node<S> = apply(Softmax(), [logits])
      let inner = sum(g * p, axes: [-1], keepDims: true)
      let second = (g - inner) * p
      forLogits = forLogits.map { $0 + second } ?? second
      forLabels = forLabels.map { $0 - g } ?? -g
    }
    guard let forLogits, let forLabels else { return [nil, nil] }
    return sumToShapes(forLogits, forLabels, of: context)
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape(1)
    let (rows, columns) = (shape[0], shape[1])
    let x = broadcastPositions(of: context.inputs[0].shape, to: shape)
    let y = broadcastPositions(of: context.inputs[1].shape, to: shape)
    let (logits, labels) = (context.inputs[0].doubles, context.inputs[1].doubles)
    var losses = [Double](repeating: 0, count: rows)
    var backprop = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      let terms = logSoftmaxRow(range.map { logits[x[$0]] })
      for (term, index) in zip(terms, range) {
        let label = labels[y[index]]
        losses[row] -= label * term.log
        backprop[index] = term.probability - label
      }
    }
    func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      [
        try context.output(losses.map { S(converting: $0) }),
        try context.output(backprop.map { S(converting: $0) }, index: 1),
      ]
    }
    guard let type = context.inputs[0].dtype.floatingType else {
      throw OpFailure("not defined for \(context.inputs[0].dtype)", code: .invalidType)
    }
    return try open(type)
  }
}

/// The cross-entropy of each row between the softmax of the logits and a distribution over classes.
///
/// Formula: lossᵢ = -Σⱼ labelsᵢⱼ log softmax(logits)ᵢⱼ, computed from shifted logits so that it does not
/// overflow. Shapes: [..., classes] and [..., classes] give [...].
///
/// ```swift
/// let loss = mean(softmaxCrossEntropy(logits: scores, labels: labels))
/// ```
/// Errors: operands of different shapes. Gradient: softmax(logits) - labels for the logits,
/// -log softmax(logits) for the labels.
public func softmaxCrossEntropy<S: FloatingScalar>(
  logits: some NodeConvertible<S>, labels: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (logits, labels, location) = (logits.node, labels.node, SourceLocation(fileID, line))
  let definition = SoftmaxCrossEntropyWithLogits()
  guard let rank = logits.shape.rank, rank != 2 else {
    return apply(definition, [logits, labels], name: name, at: location)
  }
  return composite(name ?? definition.typeName, logits.graph, location) {
    let losses: Node<S> = apply(definition, [asRows(logits), asRows(labels)])
    return reshape(losses, shapePart(logits, .leading(dropping: 1)))
  }
}

/// The leading axes as one: [..., classes] as [n, classes].
func asRows<S: TensorScalar>(_ x: Node<S>) -> Node<S> {
  guard let columns = x.shape[-1], columns > 0 else { return reshape(x, shapePart(x, .rows)) }
  return reshape(x, [-1, columns])
}

/// A vector as a column: the shape with 1 appended.
func expandLast<S: FloatingScalar>(_ x: Node<S>) -> Node<S> {
  reshapeStatic(x, x.shape.dimensions.map { $0 + [1] }) ?? x
}

/// A reshape to a static shape with at most one unknown dimension; nil where more are unknown.
func reshapeStatic<S: TensorScalar>(_ x: Node<S>, _ shape: [Int?]?) -> Node<S>? {
  guard let shape, shape.count(where: { $0 == nil }) <= 1 else { return nil }
  let vector = x.graph.constant(
    Tensor(shape.map { Int32(clamping: $0 ?? -1) }), name: "Reshape/shape", at: nil)
  return apply(Reshape(), [x, vector])
}
