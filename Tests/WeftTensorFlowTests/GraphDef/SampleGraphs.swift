import Weft

/// A training graph with the names of what matters in it.
struct SampleGraph {
  let graph: Graph
  let train: GraphOperation
  let loss: Node<Float>
  let x: Node<Float>
  let labels: Node<Float>

  /// A network of two layers with dropout and weight penalties, as the examples train it.
  ///
  /// - Parameter minimize: adds the training operation.
  init(width: Int = 16, minimize: (Node<Float>) -> GraphOperation) {
    graph = Graph(seed: 7)
    let x = graph.placeholder(Float.self, shape: [nil, 20], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 5], name: "labels")
    let w1 = graph.variable(.truncatedNormal([20, width], stddev: 0.1), name: "w1")
    let b1 = graph.variable(.zeros([width]), name: "b1")
    let w2 = graph.variable(.truncatedNormal([width, 5], stddev: 0.1), name: "w2")
    let b2 = graph.variable(.zeros([5]), name: "b2")
    let hidden = dropout(relu(matmul(x, w1) + b1), keep: 0.75)
    let scores = matmul(hidden, w2) + b2
    let penalty = 0.01 * (l2Loss(w1) + l2Loss(w2))
    loss = mean(softmaxCrossEntropy(logits: scores, labels: labels)) + penalty
    train = minimize(loss)
    self.x = x
    self.labels = labels
  }

  /// A network with a convolution and pooling over images of 4 x 5 pixels.
  static func convolutional() -> SampleGraph {
    let graph = Graph(seed: 11)
    let x = graph.placeholder(Float.self, shape: [nil, 20], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 5], name: "labels")
    let filter = graph.variable(.truncatedNormal([3, 3, 1, 6], stddev: 0.2), name: "filter")
    let bias = graph.variable(.zeros([6]), name: "bias")
    let weights = graph.variable(.truncatedNormal([24, 5], stddev: 0.1), name: "weights")
    let images = reshape(x, [-1, 4, 5, 1])
    let features = relu(biasAdd(conv2D(images, filter), bias))
    let pooled = maxPool2D(features, window: 2, strides: 2)
    let scores = matmul(reshape(pooled, [-1, 24]), weights)
    let loss = mean(softmaxCrossEntropy(logits: scores, labels: labels))
    let train = Momentum(learningRate: 0.05, momentum: 0.9).minimize(loss)
    return SampleGraph(graph: graph, train: train, loss: loss, x: x, labels: labels)
  }

  private init(
    graph: Graph, train: GraphOperation, loss: Node<Float>, x: Node<Float>, labels: Node<Float>
  ) {
    (self.graph, self.train, self.loss, self.x, self.labels) = (graph, train, loss, x, labels)
  }

  /// Feeds of one step: numbers that look random and are the same everywhere.
  static func batch(_ step: Int, rows: Int = 12) -> (images: Tensor<Float>, labels: Tensor<Float>) {
    let images = (0..<rows * 20).map { Float(($0 * 7919 + step * 104_729) % 1000) / 1000 - 0.5 }
    var labels = [Float](repeating: 0, count: rows * 5)
    for row in 0..<rows { labels[row * 5 + (row * 3 + step) % 5] = 1 }
    guard let x = try? Tensor(shape: [rows, 20], scalars: images),
      let y = try? Tensor(shape: [rows, 5], scalars: labels)
    else { preconditionFailure("the sizes of a batch are fixed above") }
    return (x, y)
  }
}

/// The optimizers that are exported, by name.
let sampleOptimizers: [(name: String, minimize: @Sendable (Node<Float>) -> GraphOperation)] = [
  ("descent", { GradientDescent(learningRate: 0.5).minimize($0) }),
  ("momentum", { Momentum(learningRate: 0.1, momentum: 0.9).minimize($0) }),
  ("nesterov", { Momentum(learningRate: 0.1, momentum: 0.9, useNesterov: true).minimize($0) }),
  ("adam", { Adam(learningRate: 0.01).minimize($0) }),
  ("adagrad", { Adagrad(learningRate: 0.1).minimize($0) }),
  ("rmsprop", { RMSProp(learningRate: 0.01).minimize($0) }),
]
