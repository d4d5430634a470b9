import WeftGraph

/// How the losses of single elements become one number.
public enum LossReduction: Sendable {
  /// Not at all: the weighted losses stay as they are.
  case none
  /// The weighted sum.
  case sum
  /// The weighted sum divided by the sum of the weights.
  case mean
  /// The weighted sum divided by the number of elements.
  case sumOverElements
  /// The weighted sum divided by the number of elements whose weight is not 0.
  case sumByNonzeroWeights
}

/// Losses weighted and reduced; 0 where there is nothing to divide by.
///
/// - Parameter weights: broadcast to the losses; 1 by default.
public func weightedLoss<S: FloatingScalar>(
  _ losses: some NodeConvertible<S>, weights: Node<S>? = nil,
  reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let losses = losses.node
  return composite(name ?? "weighted_loss", losses.graph, SourceLocation(fileID, line)) {
    let weighted = weights.map { losses * $0 } ?? losses
    if reduction == .none { return weighted }
    let total = sum(weighted)
    if reduction == .sum { return total }
    let count: Node<S> = apply(GroupSize(dtype: S.dtype), [losses, total])
    guard let weights, reduction != .sumOverElements else { return divideNoNaN(total, count) }
    let counted = reduction == .mean ? weights : cast(weights .!= 0, to: S.self)
    let stretched: Node<S> = apply(BroadcastTo(), [counted, shape(losses)])
    return divideNoNaN(total, sum(stretched))
  }
}

/// The loss function of a family, weighted and reduced in its own scope.
private func loss<S: FloatingScalar>(
  _ scope: String, _ graph: Graph, _ weights: Node<S>?, _ reduction: LossReduction,
  _ location: SourceLocation, _ losses: () -> Node<S>
) -> Node<S> {
  composite(scope, graph, location) {
    weightedLoss(
      losses(), weights: weights, reduction: reduction, fileID: location.fileID,
      line: location.line)
  }
}

/// The mean of (prediction - label)².
///
/// ```swift
/// let loss = meanSquaredError(labels: y, predictions: model(x))
/// ```
public func meanSquaredError<S: FloatingScalar>(
  labels: some NodeConvertible<S>, predictions: some NodeConvertible<S>, weights: Node<S>? = nil,
  reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, p) = (labels.node, predictions.node)
  let location = SourceLocation(fileID, line)
  return loss(name ?? "mean_squared_error", p.graph, weights, reduction, location) {
    squaredDifference(p, y)
  }
}

/// The mean of |prediction - label|.
public func absoluteDifference<S: FloatingScalar>(
  labels: some NodeConvertible<S>, predictions: some NodeConvertible<S>, weights: Node<S>? = nil,
  reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, p) = (labels.node, predictions.node)
  let location = SourceLocation(fileID, line)
  return loss(name ?? "absolute_difference", p.graph, weights, reduction, location) {
    abs(p - y)
  }
}

/// Huber's loss: e² / 2 where the error is at most delta, beyond it delta |e| - delta² / 2.
public func huberLoss<S: FloatingScalar>(
  labels: some NodeConvertible<S>, predictions: some NodeConvertible<S>, weights: Node<S>? = nil,
  delta: S = 1, reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, p) = (labels.node, predictions.node)
  let location = SourceLocation(fileID, line)
  return loss(name ?? "huber_loss", p.graph, weights, reduction, location) {
    let error = abs(p - y)
    let quadratic = minimum(error, delta)
    let linear = error - quadratic
    return 0.5 * (quadratic * quadratic) + delta * linear
  }
}

/// The hinge loss max(0, 1 - z x), with z = 2 label - 1 for labels 0 and 1.
public func hingeLoss<S: FloatingScalar>(
  labels: some NodeConvertible<S>, logits: some NodeConvertible<S>, weights: Node<S>? = nil,
  reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, x) = (labels.node, logits.node)
  let location = SourceLocation(fileID, line)
  return loss(name ?? "hinge_loss", x.graph, weights, reduction, location) {
    let signs = 2 * y - 1
    return relu(1 - signs * x)
  }
}

/// The negative log-likelihood of labels from 0 to 1: -z log(p + ε) - (1 - z) log(1 - p + ε).
public func logLoss<S: FloatingScalar>(
  labels: some NodeConvertible<S>, predictions: some NodeConvertible<S>, weights: Node<S>? = nil,
  epsilon: S = 1e-7, reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, p) = (labels.node, predictions.node)
  let location = SourceLocation(fileID, line)
  return loss(name ?? "log_loss", p.graph, weights, reduction, location) {
    let positive = y * log(p + epsilon)
    let negative = (1 - y) * log(1 - p + epsilon)
    return -positive - negative
  }
}

/// 1 - Σ prediction label over an axis: the cosine distance of unit vectors.
public func cosineDistance<S: FloatingScalar>(
  labels: some NodeConvertible<S>, predictions: some NodeConvertible<S>, axis: Int,
  weights: Node<S>? = nil, reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, p) = (labels.node, predictions.node)
  let location = SourceLocation(fileID, line)
  return loss(name ?? "cosine_distance_loss", p.graph, weights, reduction, location) {
    1 - sum(p * y, axes: [axis], keepDims: true)
  }
}

/// The mean softmax cross-entropy of one-hot labels, which may be smoothed: s of their weight is
/// spread over all classes.
public func softmaxCrossEntropyLoss<S: FloatingScalar>(
  labels: some NodeConvertible<S>, logits: some NodeConvertible<S>, weights: Node<S>? = nil,
  labelSmoothing: S = 0, reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, x) = (labels.node, logits.node)
  let location = SourceLocation(fileID, line)
  let scope = name ?? "softmax_cross_entropy_loss"
  return loss(scope, x.graph, weights, reduction, location) {
    var targets = y
    if labelSmoothing > 0 {
      let classes: Node<S> = apply(
        GroupSize(dtype: S.dtype), [x, sum(x, axes: [-1], keepDims: true)])
      targets = y * (1 - labelSmoothing) + labelSmoothing / classes
    }
    return softmaxCrossEntropy(
      logits: x, labels: stopGradient(targets), fileID: fileID, line: line)
  }
}

/// The mean sigmoid cross-entropy of labels, which may be smoothed towards 1/2.
public func sigmoidCrossEntropyLoss<S: FloatingScalar>(
  labels: some NodeConvertible<S>, logits: some NodeConvertible<S>, weights: Node<S>? = nil,
  labelSmoothing: S = 0, reduction: LossReduction = .sumByNonzeroWeights, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (y, x) = (labels.node, logits.node)
  let location = SourceLocation(fileID, line)
  let scope = name ?? "sigmoid_cross_entropy_loss"
  return loss(scope, x.graph, weights, reduction, location) {
    var targets = y
    if labelSmoothing > 0 { targets = y * (1 - labelSmoothing) + 0.5 * labelSmoothing }
    return sigmoidCrossEntropy(logits: x, labels: targets, fileID: fileID, line: line)
  }
}
