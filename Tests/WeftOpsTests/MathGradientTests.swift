import Testing
import WeftOps

@Suite struct MathGradientTests {
  static let points: Tensor<Double> = [[0.3, -0.7, 0.55], [0.9, -0.21, 0.12]]
  static let positive: Tensor<Double> = [[0.3, 1.7, 2.55], [0.9, 3.21, 1.12]]

  typealias Function = @Sendable (Node<Double>) -> Node<Double>
  typealias Case = (name: String, points: Tensor<Double>, function: Function)

  static let functions: [Case] = [
    ("exp", points, { exp($0) }), ("expm1", points, { expm1($0) }),
    ("log", positive, { log($0) }), ("log1p", positive, { log1p($0) }),
    ("sqrt", positive, { sqrt($0) }), ("rsqrt", positive, { rsqrt($0) }),
    ("square", points, { square($0) }), ("reciprocal", points, { reciprocal($0) }),
    ("sin", points, { sin($0) }), ("cos", points, { cos($0) }), ("tan", points, { tan($0) }),
    ("asin", points, { asin($0) }), ("acos", points, { acos($0) }),
    ("atan", points, { atan($0) }), ("sinh", points, { sinh($0) }),
    ("cosh", points, { cosh($0) }), ("tanh", points, { tanh($0) }),
    ("asinh", points, { asinh($0) }), ("acosh", positive, { acosh($0 + 1) }),
    ("atanh", points, { atanh($0) }), ("sigmoid", points, { sigmoid($0) }),
    ("erf", points, { erf($0) }), ("erfc", points, { erfc($0) }),
    ("lgamma", positive, { lgamma($0) }), ("digamma", positive, { digamma($0) }),
    ("abs", points, { abs($0) }), ("pow", positive, { pow($0, 2.5) }),
    ("power of two", points, { pow($0.number(2), $0) }),
    ("atan2", points, { atan2($0, $0 * $0 + 0.5) }),
    ("floorMod", positive, { floorMod($0, $0.number(0.8)) }),
    ("truncateMod", points, { truncateMod($0, $0.number(0.4)) }),
    ("squaredDifference", points, { squaredDifference($0, sin($0)) }),
    ("maximum", points, { maximum($0 * $0, $0) }),
    ("divideNoNaN", positive, { divideNoNaN(sin($0), $0) }),
    ("softplus", points, { softplus($0) }), ("softsign", points, { softsign($0) }),
    ("elu", points, { elu($0) }), ("selu", points, { selu($0) }),
    ("leakyRelu", points, { leakyRelu($0) }), ("relu6", points, { relu6($0 * 8) }),
    ("logSumExp", points, { logSumExp($0, axes: [1]) }),
    ("softmax", points, { softmax($0, axis: 0) }),
    ("logSoftmax", points, { logSoftmax($0, axis: 0) }),
    ("max", points, { max($0 * $0, axes: [0]) }),
    ("cumsum", points, { cumsum(exp($0), axis: 1, exclusive: true, reverse: true) }),
    ("l2Normalize", points, { l2Normalize($0, axes: [1]) }),
    ("clipByNorm", points, { clipByNorm($0, 0.5) }),
    ("clipByAverageNorm", points, { clipByAverageNorm($0, 0.1) }),
    ("variance", points, { moments($0, axes: [0]).variance }),
    ("sigmoidCrossEntropy", points, { sigmoidCrossEntropy(logits: $0, labels: $0.number(0.3)) }),
    (
      "weightedCrossEntropy", points,
      { weightedCrossEntropy(logits: $0, labels: $0.number(0.3), positiveWeight: 2) }
    ),
    (
      "softmaxCrossEntropy", points,
      { softmaxCrossEntropy(logits: $0, labels: softmax(square($0))) }
    ),
    ("select", points, { select($0 .> 0, $0 * $0, sin($0)) }),
    ("huber", points, { huberLoss(labels: $0 * $0, predictions: $0, delta: 0.4) }),
  ]

  /// What is linear in pieces, or, like TensorFlow's variance, exact to the first order only.
  static let firstOrder: Set<String> = [
    "floorMod", "truncateMod", "leakyRelu", "relu6", "variance",
  ]

  @Test(arguments: functions.indices)
  func firstAndSecondDerivativesAgreeWithDifferences(index: Int) throws {
    let item = Self.functions[index]
    let second = !Self.firstOrder.contains(item.name)
    try checkGradient(at: item.points, second: second) { item.function($0) }
  }

  @Test(arguments: [nil, [0], [1], [0, 1], [-1]] as [[Int]?])
  func productsHaveGradientsWhereElementsAreZero(axes: [Int]?) throws {
    let withZeros: Tensor<Double> = [[0.5, 0, 2], [0, -3, 1.5]]
    try checkGradient(at: withZeros) { prod($0, axes: axes) }
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func runningProductsHaveGradientsWhereElementsAreZero(exclusive: Bool, reverse: Bool) throws {
    let withZeros: Tensor<Double> = [[0.5, 2], [0, -3], [1.5, 0], [0, 4], [0.7, 1]]
    try checkGradient(at: withZeros) {
      cumprod($0, axis: 0, exclusive: exclusive, reverse: reverse)
    }
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func batchedProductsBroadcast(adjointX: Bool, adjointY: Bool) throws {
    let x: Tensor<Double> = try Tensor(
      shape: [2, 1, 2, 3], scalars: (0..<12).map { Double($0) / 5 })
    try checkGradient(at: x) { x in
      let leftRows = adjointX ? 2 : 3
      let shape = adjointY ? [4, 5, leftRows] : [4, leftRows, 5]
      let count = shape.reduce(1, *)
      let flat = x.graph.constant(Tensor((0..<count).map { Double($0 % 7) / 3 - 1 }))
      return matmul(x, reshape(flat, shape) * sum(x), transposeA: adjointX, transposeB: adjointY)
    }
  }

  @Test func aBiasOfChannelsFirstHasAGradient() throws {
    let bias: Tensor<Double> = [0.5, -1, 2]
    try checkGradient(at: bias) { bias in
      let images = bias.graph.constant(
        Tensor((0..<24).map { Double($0) / 7 }), name: "images", at: nil)
      return biasAdd(reshape(images, [2, 3, 2, 2]), bias * bias, .channelsFirst)
    }
  }

  @Test func tiesGoToTheFirstOperandAndAreSplitByReductions() throws {
    let graph = Graph()
    let x: Node<Float> = graph.constant([1, 3, 3, 2] as Tensor<Float>)
    let y: Node<Float> = graph.constant([1, 4, 2, 2] as Tensor<Float>)
    let larger = gradients(of: maximum(x, y), withRespectTo: [x, y])
    let smaller = gradients(of: minimum(x, y), withRespectTo: [x, y])
    #expect(try evaluate(try #require(larger[0])).scalars == [1, 0, 1, 1])
    #expect(try evaluate(try #require(larger[1])).scalars == [0, 1, 0, 0])
    #expect(try evaluate(try #require(smaller[0])).scalars == [1, 1, 0, 1])
    #expect(try evaluate(try #require(smaller[1])).scalars == [0, 0, 1, 0])
    let largest = gradients(of: max(x), withRespectTo: [x])[0]
    #expect(try evaluate(try #require(largest)).scalars == [0, 0.5, 0.5, 0])
  }

  @Test func stepsHaveNoGradient() {
    let graph = Graph()
    let x: Node<Float> = graph.placeholder(shape: [3])
    #expect(gradients(of: floor(x), withRespectTo: [x])[0] == nil)
    #expect(gradients(of: round(x), withRespectTo: [x])[0] == nil)
  }
}

extension Node where Scalar == Double {
  /// A constant in the same graph.
  fileprivate func number(_ value: Double) -> Node {
    graph.constant(Tensor(value), name: "number", at: nil)
  }
}
