import Weft

/// A small classifier over one or several towers: a loss, its training, and all variables.
public struct TowerModel: Sendable {
  public let graph: Graph
  let batch: Int
  public let x: Node<Float>
  public let labels: Node<Float>
  public let loss: Node<Float>
  public let train: GraphOperation

  /// - Parameters:
  ///   - towers: the devices; each has an equal part of the batch.
  ///   - variables: where the variables lie.
  public init(
    towers: [String], batch: Int = 8, variables: String? = nil,
    optimizer: any Optimizer = GradientDescent(learningRate: 0.5)
  ) {
    let graph = Graph(seed: 5)
    self.graph = graph
    self.batch = batch
    let x = graph.placeholder(Float.self, shape: [batch, 6], name: "x")
    let labels = graph.placeholder(Float.self, shape: [batch, 3], name: "labels")
    self.x = x
    self.labels = labels
    func onVariableDevice<R>(_ body: () -> R) -> R {
      guard let variables else { return body() }
      return graph.device(variables, body)
    }
    func objective(_ x: Node<Float>, _ labels: Node<Float>) -> Node<Float> {
      graph.variableScope("model", reuse: .automatic) {
        let (w1, b1, w2) = onVariableDevice {
          (
            graph.getVariable("w1", .truncatedNormal([6, 5])), graph.getVariable("b1", .zeros([5])),
            graph.getVariable("w2", .truncatedNormal([5, 3]))
          )
        }
        let hidden = relu(matmul(x, w1) + b1)
        return mean(softmaxCrossEntropy(logits: matmul(hidden, w2), labels: labels))
      }
    }
    let rows = batch / max(towers.count, 1)
    var losses: [Node<Float>] = []
    var gradients: [[VariableGradient]] = []
    for (index, tower) in towers.enumerated() {
      graph.device(tower) {
        graph.scope("tower\(index)") {
          let part = objective(
            slice(x, begin: [index * rows, 0], size: [rows, 6]),
            slice(labels, begin: [index * rows, 0], size: [rows, 3]))
          losses.append(part)
          gradients.append(optimizer.computeGradients(part))
        }
      }
    }
    self.loss = onVariableDevice { addN(losses) * (1 / Float(towers.count)) }
    train = onVariableDevice { optimizer.applyGradients(averageGradients(gradients)) }
  }

  public func feeds() throws -> Feeds {
    let images = (0..<batch * 6).map { Float(($0 * 7) % 11) / 11 - 0.4 }
    let classes = (0..<batch * 3).map { Float($0 % 3 == ($0 / 3 * 2 + 1) % 3 ? 1 : 0) }
    return [
      x: try Tensor(shape: [batch, 6], scalars: images),
      labels: try Tensor(shape: [batch, 3], scalars: classes),
    ]
  }
}
