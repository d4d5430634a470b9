import Testing
import Weft

@Suite struct LayerTests {
  @Test func layersNameTheirVariablesAsTensorFlowDoes() {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let hidden = dense(x, units: 4, activation: .relu)
    let scores = dense(hidden, units: 2)
    _ = graph.variableScope("head") { dense(scores, units: 5, name: "out") }
    #expect(
      graph.variables.map(\.name) == [
        "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias", "head/out/kernel",
        "head/out/bias",
      ])
    #expect(scores.shape == [nil, 2])
    #expect(graph.errors.isEmpty)
  }

  @Test func layersShareVariablesWhereTheyAreTold() {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    _ = dense(x, units: 4, name: "layer")
    _ = dense(x, units: 4, name: "layer", reuse: .always)
    #expect(graph.variables.map(\.name) == ["layer/kernel", "layer/bias"])
    #expect(graph.errors.isEmpty)
    _ = dense(x, units: 4, name: "layer")
    #expect(graph.errors.map(\.code) == [.duplicateVariable, .duplicateVariable])
  }

  @Test(arguments: devices.indices) func denseComputesItsFormula(_ device: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 2, 3], name: "x")
    let kernel: Tensor<Float> = [[1, -2], [0.5, 1], [0, 3]]
    let y = dense(
      x, units: 2, activation: .relu, kernelInitializer: .value(kernel),
      biasInitializer: .value([0.5, -1]))
    #expect(y.shape == [nil, 2, 2])
    let session = try Session(graph, device: devices[device])
    try session.initializeVariables()
    let input: Tensor<Float> = [[[1, 2, 3], [-4, 0, 1]]]
    let result = try session.run(y, feeding: [x: input])
    #expect(result == [[[2.5, 8], [0, 10]]] as Tensor<Float>)
  }

  @Test func aLayerOfAnUnknownWidthIsAnErrorThatNamesTheLine() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, nil], name: "x")
    _ = dense(x, units: 4)
    let error = try #require(graph.errors.first)
    #expect(error.description.contains("dense (LayerTests.swift:"))
    #expect(error.description.contains("not [?, ?]"))
  }

  @Test func flattenKeepsTheBatch() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 2, 3], name: "x")
    let y = flatten(x)
    #expect(y.shape == [nil, 6])
    let session = try Session(graph)
    let result = try session.run(y, feeding: [x: [[[1, 2, 3], [4, 5, 6]]] as Tensor<Float>])
    #expect(result == [[1, 2, 3, 4, 5, 6]] as Tensor<Float>)
  }

  @Test(arguments: devices.indices) func batchNormalizationUsesAndMovesItsAverages(_ device: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(Double.self, shape: [nil, 2], name: "x")
    let training = graph.placeholder(Bool.self, shape: [], name: "training")
    let y = batchNormalization(
      x, training: training, settings: BatchNormalizationSettings(momentum: 0.75, epsilon: 0.5))
    let updates = graph.collection(Graph.updateOperations).map(\.operation)
    #expect(updates.count == 2)
    let session = try Session(graph, device: devices[device])
    try session.initializeVariables()
    let input: Tensor<Double> = [[1, 4], [3, 8], [5, 12]]
    // Means 3 and 8, variances 8/3 and 32/3.
    let trained = try session.run(y, feeding: [x: input, training: true])
    let (first, last) = ((8.0 / 3 + 0.5).squareRoot(), (32.0 / 3 + 0.5).squareRoot())
    #expect(abs(trained[0, 0] + 2 / first) < 1e-12)
    #expect(abs(trained[2, 1] - 4 / last) < 1e-12)
    try session.run(updates, feeding: [x: input, training: false])
    let scope = "batch_normalization"
    #expect(
      graph.variables.map(\.name) == [
        "\(scope)/gamma", "\(scope)/beta", "\(scope)/moving_mean", "\(scope)/moving_variance",
      ])
    func value(_ index: Int) throws -> [Double] {
      try session.value(of: graph.variables[index]).doubles
    }
    #expect(try value(2) == [0, 0])
    try session.run(updates, feeding: [x: input, training: true])
    #expect(try value(2) == [0.75, 2])
    let variance = 0.75 + 0.25 * 8.0 / 3
    let moved = try value(3)
    #expect(abs(moved[0] - variance) < 1e-12)
    let judged = try session.run(y, feeding: [x: input, training: false])
    let expected = 0.25 / (variance + 0.5).squareRoot()
    #expect(abs(judged[0, 0] - expected) < 1e-12)
  }
}
