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
      start: settings.start, home: settings.towers.first)
    var optimizer = settings.optimizer.make(learningRate: settings.learningRate)
    var step: Variable<Int64>?
    func useStep() {
      guard settings.decay != nil || settings.averaging != nil else { return }
      let counter = graph.globalStep()
      step = counter
      guard let decay = settings.decay else { return }
      let rate: Node<Float> = exponentialDecay(
        settings.learningRate, counter, decay.period, decay.factor)
      optimizer = settings.optimizer.make(learningRate: rate)
    }
    let weights: [Variable<Float>]
    let update: GraphOperation
    let input = images
    if settings.towers.isEmpty {
      let objective = network.objective(
        images, labels, keep: settings.keep < 1 ? keep : nil,
        beta: settings.beta > 0 ? beta : nil, sharing: .never)
      (loss, trainingScores, weights) = (objective.loss, objective.scores, objective.weights)
      summary = graph.summary
      useStep()
      update = optimizer.minimize(loss, globalStep: step)
    } else {
      useStep()
      let towers = network.towers(
        settings.towers, images, labels, keep: settings.keep < 1 ? keep : nil,
        beta: settings.beta > 0 ? beta : nil, optimizer)
      (loss, trainingScores, weights) = (towers.loss, towers.scores, towers.weights)
      summary = graph.summary
      update = network.atHome {
        optimizer.applyGradients(towers.gradients, globalStep: step)
      }
    }
    let averages = settings.averaging.map { decay in
      network.atHome {
        ExponentialMovingAverage(decay: decay, updates: step).apply(
          to: graph.trainableVariables, after: [update])
      }
    }
    train = averages?.update ?? update
    // The same weights once more, without dropout, to classify by.
    (scores, _) = network.atHome {
      network.scores(for: input, keep: nil, sharing: .always, averages: averages)
    }
    summaries = WeftTensorFlow.summary.merge(
      weights.map { WeftTensorFlow.summary.histogram("summaries/\($0.name)", $0) })
    self.graph = graph
  }
}
