import WeftGraph

/// The cross-entropy between independent probabilities, given as logits, and labels from 0 to 1.
///
/// Formula: max(x, 0) - x z + log(1 + exp(-|x|)), with x the logit and z the label: it does not
/// overflow. Shapes: those of the operands.
///
/// ```swift
/// let loss = mean(sigmoidCrossEntropy(logits: scores, labels: tags))
/// ```
/// Gradient: sigmoid(x) - z for the logits.
public func sigmoidCrossEntropy<S: FloatingScalar>(
  logits: some NodeConvertible<S>, labels: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, z) = (logits.node, labels.node)
  return composite(name ?? "logistic_loss", x.graph, SourceLocation(fileID, line)) {
    // A choice, not a maximum: at 0 both halves then have the gradient that their sum needs.
    let isPositive: Node<Bool> = x .>= 0
    let zero = x.number(0, "zeros")
    let rectified = select(isPositive, x, zero)
    let negativeMagnitude = select(isPositive, -x, x)
    return (rectified - x * z) + log1p(exp(negativeMagnitude))
  }
}

/// The cross-entropy of `sigmoidCrossEntropy` with the positive labels weighted.
///
/// Formula: (1 - z) x + l (log(1 + exp(-|x|)) + max(-x, 0)), with l = 1 + (weight - 1) z.
public func weightedCrossEntropy<S: FloatingScalar>(
  logits: some NodeConvertible<S>, labels: some NodeConvertible<S>, positiveWeight: S,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, z) = (logits.node, labels.node)
  return composite(name ?? "logistic_loss", x.graph, SourceLocation(fileID, line)) {
    let factor = 1 + (positiveWeight - 1) * z
    let softplus = log1p(exp(-abs(x))) + relu(-x)
    return (1 - z) * x + factor * softplus
  }
}
