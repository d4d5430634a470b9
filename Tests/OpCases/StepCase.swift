import Weft
import WeftTesting

/// A whole training step that is repeated on a device: what cases of single operations do not show, as
/// products that end in epilogues, several steps in one launch, a step that is replayed.
package struct StepCase: Sendable, CustomStringConvertible {
  package let description: String
  /// Filters of 5 x 5 over square images, pooled by two, before the other layers.
  private var filters = 0
  /// The widths of the layers between the features and the classes, with rectifiers between them.
  private let hidden: [Int]
  private let batch: Int
  private let features: Int
  private let classes: Int
  private var keep: Float?
  private var hasNumberedClasses = false
  private let optimizer: any Optimizer

  package static let all = [
    StepCase(
      description: "descent, odd sizes", hidden: [24, 17], batch: 13, features: 20, classes: 7,
      optimizer: GradientDescent(learningRate: 0.3)),
    StepCase(
      description: "descent, even sizes", hidden: [128, 64], batch: 64, features: 256, classes: 16,
      optimizer: GradientDescent(learningRate: 0.1)),
    StepCase(
      description: "descent, numbered classes", hidden: [33], batch: 9, features: 12, classes: 5,
      hasNumberedClasses: true, optimizer: GradientDescent(learningRate: 0.2)),
    StepCase(
      description: "momentum, many classes", hidden: [40], batch: 6, features: 30, classes: 1500,
      optimizer: Momentum(learningRate: 0.1, momentum: 0.9)),
    StepCase(
      description: "Adam, dropout", hidden: [70, 30], batch: 32, features: 50, classes: 10,
      keep: 0.5, optimizer: Adam(learningRate: 0.01)),
    StepCase(
      description: "Adam, convolution and pooling", filters: 6, hidden: [20], batch: 5,
      features: 144, classes: 10, optimizer: Adam(learningRate: 0.01)),
  ]

  private struct Model {
    let graph: Graph
    let feeds: Feeds
    let train: GraphOperation
    let loss: Node<Float>
    let prediction: Node<Float>
    let variables: [Variable<Float>]
  }

  private func model() throws -> Model {
    let graph = Graph(seed: 7)
    let x = graph.placeholder(Float.self, shape: [batch, features], name: "x")
    var variables: [Variable<Float>] = []
    func variable(_ initializer: Initializer<Float>) -> Variable<Float> {
      variables.append(graph.variable(initializer))
      return variables[variables.count - 1]
    }
    var layer = x
    if filters > 0 {
      let side = Int(Double(features).squareRoot())
      let filter = variable(.truncatedNormal([5, 5, 1, filters], stddev: 0.2))
      let sums = conv2D(reshape(x, [batch, side, side, 1]), filter) + variable(.zeros([filters]))
      layer = flatten(maxPool2D(relu(sums), window: 2, padding: .same))
    }
    for (index, width) in (hidden + [classes]).enumerated() {
      let inputs = layer.shape[1] ?? features
      let w = variable(.truncatedNormal([inputs, width], stddev: (2 / Float(inputs)).squareRoot()))
      layer = matmul(layer, w) + variable(.zeros([width]))
      guard index < hidden.count else { continue }
      layer = relu(layer)
      if let keep { layer = dropout(layer, keep: keep) }
    }
    // The last rows are zeros: with biases of zero, rectifiers see zeros at first.
    let count = batch * features
    let values = (0..<count).map { $0 < count - 2 * features ? Float($0 * 37 % 101) / 50 - 1 : 0 }
    var feeds: Feeds = [x: try Tensor(shape: [batch, features], scalars: values)]
    let losses: Node<Float>
    let numbers = (0..<batch).map { Int32($0 * 3 % classes) }
    if hasNumberedClasses {
      let labels = graph.placeholder(Int32.self, shape: [batch], name: "labels")
      feeds = [
        x: try Tensor(shape: [batch, features], scalars: values), labels: Tensor<Int32>(numbers),
      ]
      losses = sparseSoftmaxCrossEntropy(logits: layer, labels: labels)
    } else {
      let labels = graph.placeholder(Float.self, shape: [batch, classes], name: "labels")
      let shares = numbers.flatMap { number in (0..<classes).map { Float($0 == number ? 1 : 0) } }
      feeds = [
        x: try Tensor(shape: [batch, features], scalars: values),
        labels: try Tensor(shape: [batch, classes], scalars: shares),
      ]
      losses = softmaxCrossEntropy(logits: layer, labels: labels)
    }
    let loss = mean(losses) + 0.001 * l2Loss(variables[0])
    return Model(
      graph: graph, feeds: feeds, train: optimizer.minimize(loss), loss: loss,
      prediction: softmax(layer), variables: variables)
  }

  /// Losses and predictions of each run, and the variables at the end.
  private func results(on device: any Device, runs: Int) throws -> [AnyTensor] {
    let model = try model()
    let session = try Session(model.graph, device: device)
    defer { session.close() }
    try session.initializeVariables()
    var results: [AnyTensor] = []
    for _ in 0..<runs {
      let (_, loss, prediction) = try session.run(
        model.train, model.loss, model.prediction, feeding: model.feeds)
      results += [AnyTensor(loss), AnyTensor(prediction)]
    }
    return results + (try model.variables.map { AnyTensor(try session.value(of: $0)) })
  }

  /// What a device computes otherwise than the CPU in some runs, or nil: the first is issued, the second
  /// captured, the rest replayed.
  package func mismatch(on device: any Device, runs: Int = 4) throws -> String? {
    let expected = try results(on: CPUDevice.shared, runs: runs)
    let actual = try results(on: device, runs: runs)
    let tolerance = Tolerance(relative: 1e-3, absolute: 1e-4)
    for (index, pair) in zip(actual, expected).enumerated() {
      guard let problem = WeftTesting.mismatch(pair.0, pair.1, tolerance) else { continue }
      let place =
        index < 2 * runs
        ? "\(index % 2 == 0 ? "the loss" : "the prediction") of run \(index / 2 + 1)"
        : "variable \(index - 2 * runs)"
      return "\(description): \(place) of \(device.name): \(problem)"
    }
    return nil
  }
}
