import Weft
import WeftTensorFlow

/// A network that tells classes of images apart, with everything that training it needs: the graph
/// and the nodes to feed and fetch.
public struct Classifier: Sendable {
  public let graph: Graph
  /// Fed: pixels, `[count, pixels]`.
  public let images: Node<Float>
  /// Fed: one-hot labels, `[count, classes]`.
  public let labels: Node<Float>
  /// Fed: the part of hidden units that a training step keeps.
  public let keep: Node<Float>
  /// Fed: the factor of the weight penalty.
  public let beta: Node<Float>
  /// What training makes small: mean(crossEntropy) + beta * Σ l2Loss(weights).
  public let loss: Node<Float>
  /// The score of each class for each image while hidden units are dropped, `[count, classes]`.
  public let trainingScores: Node<Float>
  /// One step of training.
  public let train: GraphOperation
  /// The score of each class for each image with all hidden units, `[count, classes]`.
  public let scores: Node<Float>
  /// The distributions of the weights, for logs.
  public let summaries: SummaryNode
  /// The layers with their parameters, without what the optimizer keeps beside them.
  public let summary: String

  /// A network for images of so many pixels.
  public init(_ settings: Settings, pixels: Int, classes: Int) {
    let graph = Graph(seed: settings.seed)
    images = graph.placeholder(Float.self, shape: [nil, pixels], name: "images")
    labels = graph.placeholder(Float.self, shape: [nil, classes], name: "labels")
    keep = graph.placeholder(Float.self, shape: [], name: "keep")
    beta = graph.placeholder(Float.self, shape: [], name: "beta")

    let network = Network(
      graph: graph, filters: settings.filters, units: settings.hidden + [classes],
      start: settings.start)
    let (trainingScores, weights) = network.scores(
      for: images, keep: settings.keep < 1 ? keep : nil, sharing: .never)
    var loss = mean(softmaxCrossEntropy(logits: trainingScores, labels: labels))
    if settings.beta > 0, let first = weights.first {
      let penalty = weights.dropFirst().reduce(l2Loss(first)) { $0 + l2Loss($1) }
      loss = loss + beta * penalty
    }
    self.loss = loss
    self.trainingScores = trainingScores
    summary = graph.summary
    if let decay = settings.decay {
      let step = graph.globalStep()
      let rate: Node<Float> = exponentialDecay(
        settings.learningRate, step, decay.period, decay.factor)
      train = settings.optimizer.make(learningRate: rate).minimize(loss, globalStep: step)
    } else {
      train = settings.optimizer.make(learningRate: settings.learningRate).minimize(loss)
    }

    // The same weights once more, without dropout, to classify by.
    (scores, _) = network.scores(for: images, keep: nil, sharing: .always)
    summaries = WeftTensorFlow.summary.merge(
      weights.map { WeftTensorFlow.summary.histogram("summaries/\($0.name)", $0) })
    self.graph = graph
  }
}

/// Convolutions of 5 x 5, each followed by ReLU and pooling of 2 x 2, then dense layers with ReLU
/// between them.
private struct Network {
  let graph: Graph
  /// The filters of each convolution.
  let filters: [Int]
  /// The units of each layer, the output's last.
  let units: [Int]
  let start: WeightStart

  /// The score of each class for each image, and the weights on the way.
  func scores(for images: Node<Float>, keep: Node<Float>?, sharing: VariableReuse)
    -> (Node<Float>, weights: [Variable<Float>])
  {
    var weights: [Variable<Float>] = []
    var values = images
    if !filters.isEmpty {
      values = flatten(features(of: images, sharing: sharing, weights: &weights))
    }
    var inputs = values.shape[1] ?? 0
    for (index, outputs) in units.enumerated() {
      let isLast = index == units.count - 1
      let name = isLast ? "output" : "hidden\(index + 1)"
      graph.variableScope(name, reuse: sharing) {
        let w = graph.getVariable("weights", shape: [inputs, outputs], initializer(inputs))
        let b = graph.getVariable("biases", shape: [outputs], .zeros())
        weights.append(w)
        values = matmul(values, w) + b
        if isLast { return }
        values = relu(values)
        if let keep { values = dropout(values, keep: keep) }
      }
      inputs = outputs
    }
    return (values, weights)
  }

  /// What the convolutions make of square images, `[count, rows, columns, filters]`.
  private func features(
    of images: Node<Float>, sharing: VariableReuse, weights: inout [Variable<Float>]
  ) -> Node<Float> {
    let side = Int(Double(images.shape[1] ?? 0).squareRoot())
    var values = reshape(images, [-1, side, side, 1])
    var channels = 1
    for (index, count) in filters.enumerated() {
      graph.variableScope("conv\(index + 1)", reuse: sharing) {
        let w = graph.getVariable(
          "weights", shape: [5, 5, channels, count], initializer(25 * channels))
        let b = graph.getVariable("biases", shape: [count], .zeros())
        weights.append(w)
        values = maxPool2D(relu(conv2D(values, w) + b), window: 2, padding: .same)
      }
      channels = count
    }
    return values
  }

  private func initializer(_ inputs: Int) -> Initializer<Float> {
    switch start {
    case .truncatedNormal(let stddev): .truncatedNormal(stddev: stddev)
    case .he: .normal(stddev: (2 / Float(inputs)).squareRoot())
    case .glorot: .glorotUniform()
    case .zeros: .zeros()
    }
  }
}
