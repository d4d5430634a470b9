import Weft

extension Samples {
  /// Small training graphs that between them have most kinds of attributes and operations.
  static let models: [Graph] = [dense(), convolutional(), arrays()]

  private static func dense() -> Graph {
    let graph = Graph(seed: 7)
    let x = graph.placeholder(Float.self, shape: [nil, 6], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 3], name: "labels")
    let w1 = graph.variable(.truncatedNormal([6, 4], stddev: 0.1), name: "w1")
    let b1 = graph.variable(.zeros([4]), name: "b1")
    let w2 = graph.variable(.truncatedNormal([4, 3], stddev: 0.1), name: "w2")
    let hidden = dropout(relu(matmul(x, w1) + b1), keep: 0.75)
    let scores = matmul(hidden, w2)
    let loss = mean(softmaxCrossEntropy(logits: scores, labels: labels)) + 0.01 * l2Loss(w1)
    _ = Adam(learningRate: 0.01).minimize(loss, globalStep: graph.globalStep())
    _ = argMax(scores, axis: 1)
    return graph
  }

  private static func convolutional() -> Graph {
    let graph = Graph(seed: 11)
    let x = graph.placeholder(Float.self, shape: [nil, 4, 5, 2], name: "x")
    let filter = graph.variable(.truncatedNormal([3, 3, 2, 4], stddev: 0.2), name: "filter")
    let bias = graph.variable(.zeros([4]), name: "bias")
    let features = relu(biasAdd(conv2D(x, filter), bias))
    let pooled = maxPool2D(features, window: 2, strides: 2)
    let loss = mean(square(reshape(pooled, [-1, 16])))
    _ = Momentum(learningRate: 0.05, momentum: 0.9).minimize(loss)
    return graph
  }

  private static func arrays() -> Graph {
    let graph = Graph(seed: 13)
    let x = graph.placeholder(Float.self, shape: [3, 4], name: "x")
    let rows = graph.constant([2, 0, 1] as Tensor<Int32>)
    let gathered = gather(x, rows)
    let best = topK(x, 2).values
    let wide = concat([gathered, best], axis: 1)
    let part = stridedSlice(wide, begin: [0, 1], end: [3, 5], strides: [1, 2])
    let turned = transpose(tile(part, [2, 3]), permutation: [1, 0])
    _ = sum(turned, axes: [0])
    _ = graph.randomNormal([3, 2], name: "noise") as Node<Float>
    _ = cumsum(x, axis: 1)
    return graph
  }
}
