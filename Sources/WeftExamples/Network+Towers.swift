import Weft

extension Network {
  /// Makes what belongs where the shared weights lie.
  func atHome<R>(_ body: () -> R) -> R {
    guard let home else { return body() }
    return graph.device(home, body)
  }

  /// The scores for images, and what training makes small: mean(crossEntropy) + beta * Σ l2Loss(weights).
  func objective(
    _ images: Node<Float>, _ labels: Node<Float>, keep: Node<Float>?, beta: Node<Float>?,
    sharing: VariableReuse
  ) -> (loss: Node<Float>, scores: Node<Float>, weights: [Variable<Float>]) {
    let (scores, weights) = scores(for: images, keep: keep, sharing: sharing)
    var loss = mean(softmaxCrossEntropy(logits: scores, labels: labels))
    if let beta, let first = weights.first {
      let penalty = weights.dropFirst().reduce(l2Loss(first)) { $0 + l2Loss($1) }
      loss = loss + beta * penalty
    }
    return (loss, scores, weights)
  }

  /// A copy of the network for each device, over an equal part of the images; loss and gradients are the
  /// means of the copies', where the weights lie.
  func towers(
    _ devices: [String], _ images: Node<Float>, _ labels: Node<Float>, keep: Node<Float>?,
    beta: Node<Float>?, _ optimizer: any Optimizer
  ) -> (
    loss: Node<Float>, scores: Node<Float>, weights: [Variable<Float>],
    gradients: [VariableGradient]
  ) {
    // What is fed lies on the host: it goes from there to each device.
    let (imageParts, labelParts) = graph.device("/cpu:0") {
      (split(images, count: devices.count), split(labels, count: devices.count))
    }
    var losses: [Node<Float>] = []
    var scores: [Node<Float>] = []
    var weights: [Variable<Float>] = []
    var gradients: [[VariableGradient]] = []
    for (index, device) in devices.enumerated() {
      graph.scope("tower\(index)") {
        graph.device(device) {
          let tower = objective(
            imageParts[index], labelParts[index], keep: keep, beta: beta,
            sharing: index == 0 ? .never : .always)
          losses.append(tower.loss)
          scores.append(tower.scores)
          weights = tower.weights
          gradients.append(optimizer.computeGradients(tower.loss))
        }
      }
    }
    return atHome {
      let loss = addN(losses) * (1 / Float(devices.count))
      return (loss, concat(scores, axis: 0), weights, averageGradients(gradients))
    }
  }
}
