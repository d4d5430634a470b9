import Testing
import Weft

/// Which formulas a matrix product takes with it, and which it leaves.
@Suite struct EpilogueTests {
  private static let joined = ["WeftMatMulEpilogue"]

  /// The operations of the plan that computes what the formulas ask of a product [5, 7], in order.
  private func steps(
    _ formulas: (_ product: Node<Float>, _ bias: Node<Float>, _ other: Node<Float>) -> [Node<Float>]
  ) throws -> [String] {
    let graph = Graph(seed: 4)
    let x = graph.placeholder(Float.self, shape: [5, 6], name: "x")
    let weights = graph.placeholder(Float.self, shape: [6, 7], name: "weights")
    let bias = graph.placeholder(Float.self, shape: [7], name: "bias")
    let other = graph.placeholder(Float.self, shape: [5, 7], name: "other")
    let fetches = formulas(matmul(x, weights), bias, other)
    let plan = try Session(graph).plan(
      of: fetches.map(\.output),
      feeding: [
        x: try Tensor<Float>.zeros([5, 6]), weights: try Tensor<Float>.zeros([6, 7]),
        bias: try Tensor<Float>.zeros([7]), other: try Tensor<Float>.zeros([5, 7]),
      ])
    return try #require(plan).steps.map(\.definition.typeName)
  }

  private func masked(_ x: Node<Float>, by mask: Node<Float>) -> Node<Float> {
    apply(ReluGrad(), [x, mask])
  }

  @Test func aBiasARectifierAndAMaskAreJoined() throws {
    #expect(try steps { product, bias, _ in [product + bias] } == Self.joined)
    #expect(try steps { product, bias, _ in [bias + product] } == Self.joined)
    #expect(try steps { product, bias, _ in [biasAdd(product, bias)] } == Self.joined)
    #expect(try steps { product, _, _ in [relu(product)] } == Self.joined)
    #expect(try steps { product, bias, _ in [relu(product + bias)] } == Self.joined)
    #expect(try steps { product, _, other in [masked(product, by: other)] } == Self.joined)
    #expect(
      try steps { product, bias, other in [masked(relu(product + bias), by: other)] }
        == Self.joined)
  }

  @Test func theGradientsOfAPoolingAndARectifierAreJoined() throws {
    let graph = Graph(seed: 4)
    let x = graph.placeholder(Float.self, shape: [2, 6, 6, 3], name: "x")
    let other = graph.placeholder(Float.self, shape: [2, 6, 6, 3], name: "other")
    let pooling = PoolingSettings(
      window: 2, WindowSettings(strides: 2, padding: .valid, dataFormat: .channelsLast))
    func steps(_ slope: Node<Float>) throws -> [String] {
      let values = try Tensor<Float>(
        shape: [2, 6, 6, 3], scalars: (0..<216).map { Float($0 * 37 % 23) - 11 })
      let plan = try Session(graph).plan(
        of: [slope.output], feeding: [x: values, other: values])
      return try #require(plan).steps.map(\.definition.typeName)
    }
    let pooled = maxPool2D(relu(x), window: 2)
    let slope = try #require(gradients(of: sum(pooled * pooled), withRespectTo: [x])[0])
    let found = try steps(slope)
    #expect(found.contains("WeftMaxPoolReluGrad"))
    #expect(!found.contains("MaxPoolGrad") && !found.contains("ReluGrad"))
    // Another mask is not the rectifier's before the pooling.
    let back: Node<Float> = apply(MaxPoolGrad(pooling), [x, maxPool2D(x, window: 2), pooled])
    #expect(try steps(masked(back, by: other)).contains("MaxPoolGrad"))
    #expect(try steps(masked(back, by: x)).contains("WeftMaxPoolReluGrad"))
  }

  @Test func aConvolutionTakesABiasAndARectifier() throws {
    let graph = Graph(seed: 4)
    let x = graph.placeholder(Float.self, shape: [2, 6, 6, 3], name: "x")
    let w = graph.placeholder(Float.self, shape: [3, 3, 3, 4], name: "w")
    let bias = graph.placeholder(Float.self, shape: [4], name: "bias")
    func steps(_ y: Node<Float>) throws -> [String] {
      let plan = try Session(graph).plan(
        of: [y.output],
        feeding: [
          x: try Tensor<Float>.zeros([2, 6, 6, 3]), w: try Tensor<Float>.zeros([3, 3, 3, 4]),
          bias: try Tensor<Float>.zeros([4]),
        ])
      return try #require(plan).steps.map(\.definition.typeName)
    }
    let y = conv2D(x, w, padding: .same)
    let joined = ["WeftConv2DEpilogue"]
    #expect(try steps(relu(y + bias)) == joined)
    #expect(try steps(relu(biasAdd(y, bias))) == joined)
    #expect(try steps(y + bias) == joined)
    #expect(try steps(relu(y)) == joined)
    #expect(try steps(tanh(y + bias)) == ["Conv2D", "WeftFusedPointwise"])
    #expect(try steps(masked(y, by: y * 2)).first == "Conv2D")
  }

  @Test func otherFormulasAreLeft() throws {
    let left = ["MatMul", "WeftFusedPointwise"]
    #expect(try steps { product, _, other in [product + other] } == ["MatMul", "Add"])
    #expect(try steps { product, bias, _ in [product * bias] } == ["MatMul", "Mul"])
    #expect(try steps { product, bias, _ in [tanh(product + bias)] } == left)
    #expect(try steps { product, bias, _ in [relu(product) + bias] } == left)
    #expect(try steps { product, bias, _ in [maximum(product + bias, 1)] } == left)
    #expect(
      try steps { product, _, other in [masked(other, by: product)] } == ["MatMul", "ReluGrad"])
    // It keeps -0, which a rectifier makes 0.
    #expect(try steps { product, _, _ in [maximum(product, -0.0)] } == left)
  }

  @Test func aProductWithAnotherUserIsLeft() throws {
    #expect(try steps { product, _, _ in [relu(product), product] } == ["MatMul", "Relu"])
    #expect(
      try steps { product, bias, _ in [product + bias, sum(product)] } == ["MatMul", "Add", "Sum"])
  }
}
