import Weft

/// Convolutions of 5 x 5, each followed by ReLU and pooling of 2 x 2, then dense layers with ReLU
/// between them.
struct Network {
  let graph: Graph
  /// The filters of each convolution.
  let filters: [Int]
  /// The units of each layer, the output's last.
  let units: [Int]
  let start: WeightStart
  /// Where the weights lie that several devices share; nil for one device.
  var home: String?

  /// The score of each class for each image, and the weights on the way.
  ///
  /// - Parameter averages: running averages of the weights, to compute with instead.
  func scores(
    for images: Node<Float>, keep: Node<Float>?, sharing: VariableReuse,
    averages: MovingAverages? = nil
  ) -> (Node<Float>, weights: [Variable<Float>]) {
    var weights: [Variable<Float>] = []
    var values = images
    if !filters.isEmpty {
      values = flatten(
        features(of: images, sharing: sharing, averages: averages, weights: &weights))
    }
    var inputs = values.shape[1] ?? 0
    for (index, outputs) in units.enumerated() {
      let isLast = index == units.count - 1
      let name = isLast ? "output" : "hidden\(index + 1)"
      graph.variableScope(name, reuse: sharing) {
        let (w, b) = layer([inputs, outputs], inputs: inputs, averages)
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
    of images: Node<Float>, sharing: VariableReuse, averages: MovingAverages?,
    weights: inout [Variable<Float>]
  ) -> Node<Float> {
    let side = Int(Double(images.shape[1] ?? 0).squareRoot())
    var values = reshape(images, [-1, side, side, 1])
    var channels = 1
    for (index, count) in filters.enumerated() {
      graph.variableScope("conv\(index + 1)", reuse: sharing) {
        let (w, b) = layer([5, 5, channels, count], inputs: 25 * channels, averages)
        weights.append(w)
        values = maxPool2D(relu(conv2D(values, w) + b), window: 2, padding: .same)
      }
      channels = count
    }
    return values
  }

  /// The weights and biases of the present scope's layer.
  private func layer(_ shape: [Int], inputs: Int, _ averages: MovingAverages?)
    -> (Variable<Float>, Variable<Float>)
  {
    atHome {
      let w = graph.getVariable("weights", shape: shape, initializer(inputs))
      let b = graph.getVariable("biases", shape: Array(shape.suffix(1)), .zeros())
      return (averages?.average(of: w) ?? w, averages?.average(of: b) ?? b)
    }
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
