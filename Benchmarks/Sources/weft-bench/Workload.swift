import Weft

/// One training step of the reference workloads; the same list as in peers/peers.py.
struct Workload: Sendable {
  let name: String
  /// Filters of 5 x 5, each followed by pooling of 2 x 2, before the dense layers.
  var filters: [Int] = []
  var hidden: [Int] = []
  var optimizer = "sgd"
  let rate: Float
  var penalty: Float = 0
  let batch: Int
  var dropsOut = false
  let steps: Int

  static let all = [
    Workload(name: "logistic", rate: 0.5, batch: 128, steps: 400),
    Workload(name: "logistic-l2", rate: 0.5, penalty: 0.005, batch: 128, steps: 400),
    Workload(
      name: "mlp1024-l2", hidden: [1024], rate: 0.1, penalty: 0.0005, batch: 128, steps: 150),
    Workload(
      name: "mlp1024-drop", hidden: [1024], rate: 0.1, penalty: 0.0005, batch: 128, dropsOut: true,
      steps: 150),
    Workload(
      name: "adam256", hidden: [256, 100], optimizer: "adam", rate: 1e-3, penalty: 5e-5,
      batch: 100, steps: 300),
    Workload(name: "book256", hidden: [256, 256], rate: 0.01, batch: 100, steps: 300),
    Workload(
      name: "momentum512", hidden: [512, 512], optimizer: "momentum", rate: 0.01, batch: 256,
      steps: 150),
    Workload(name: "wide4096", hidden: [4096, 4096], rate: 0.01, batch: 512, steps: 5),
    Workload(
      name: "lenet", filters: [32, 64], hidden: [512], optimizer: "adam", rate: 1e-3, batch: 100,
      steps: 20),
  ]

  typealias Step = PreparedStep<GraphOperation, Node<Float>, Node<Float>>

  /// The graph of the workload, and what a step asks of it.
  struct Model {
    let graph: Graph
    let x: Node<Float>
    let labels: Node<Float>
    let train: GraphOperation
    let loss: Node<Float>
    let prediction: Node<Float>

    /// A session with initial values, and the step prepared in it. By default it is on the device that
    /// `WEFT_DEVICE` names, or the CPU.
    func prepare(on device: (any Device)? = nil) throws -> Step {
      let name = SessionConfiguration.Environment.device ?? "/cpu:0"
      let session = try Session(graph, device: try device ?? Devices.device(name))
      try session.initializeVariables()
      return try session.prepare(train, loss, prediction, feeding: x, labels)
    }
  }

  /// Builds the graph.
  func model(inputs: Int = 784, classes: Int = 10) -> Model {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [batch, inputs], name: "x")
    let labels = graph.placeholder(Float.self, shape: [batch, classes], name: "labels")
    var layer = x
    if !filters.isEmpty {
      layer = flatten(convolved(reshape(x, [batch, 28, 28, 1])))
    }
    let sizes = [layer.shape[1] ?? inputs] + hidden + [classes]
    var weights: [Variable<Float>] = []
    for (index, size) in sizes.dropFirst().enumerated() {
      let stddev = (2 / Float(sizes[index])).squareRoot()
      let w = graph.variable(.truncatedNormal([sizes[index], size], stddev: stddev))
      weights.append(w)
      layer = matmul(layer, w) + graph.variable(.zeros([size]))
      if index < hidden.count {
        layer = relu(layer)
        if dropsOut { layer = dropout(layer, keep: 0.5) }
      }
    }
    var loss = mean(softmaxCrossEntropy(logits: layer, labels: labels))
    if penalty > 0 { loss = loss + penalty * addN(weights.map { l2Loss($0) }) }
    let train =
      switch optimizer {
      case "adam": Adam(learningRate: rate).minimize(loss)
      case "momentum": Momentum(learningRate: rate, momentum: 0.9).minimize(loss)
      default: GradientDescent(learningRate: rate).minimize(loss)
      }
    let prediction = softmax(layer)
    return Model(
      graph: graph, x: x, labels: labels, train: train, loss: loss, prediction: prediction)
  }

  private func convolved(_ images: Node<Float>) -> Node<Float> {
    var (layer, channels) = (images, 1)
    for count in filters {
      let stddev = (2 / Float(25 * channels)).squareRoot()
      let w = images.graph.variable(.truncatedNormal([5, 5, channels, count], stddev: stddev))
      let sums = conv2D(layer, w) + images.graph.variable(.zeros([count]))
      layer = maxPool2D(relu(sums), window: 2, padding: .same)
      channels = count
    }
    return layer
  }
}
