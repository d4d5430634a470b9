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
    let y = dense(dense(x, units: 4), units: 3)
    #expect(y.operation.isPoisoned)
    #expect(graph.errors.count == 1)
    let error = try #require(graph.errors.first)
    #expect(error.description.hasPrefix("layer 'dense/dense' (LayerTests.swift:"))
    #expect(error.description.contains("not [?, ?]"))
    #expect(error.description.contains("input 'x:0' from LayerTests.swift:"))
  }

  @Test(arguments: devices.indices) func aConvolutionComputesItsFormula(_ device: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 2, 3, 1], name: "x")
    let kernel = try Tensor<Float>(shape: [1, 2, 1, 2], scalars: [1, 10, -1, 0.5])
    let y = conv2D(
      x, filters: 2, kernel: Extent2D(1, 2), padding: .valid, activation: .relu,
      kernelInitializer: .value(kernel), biasInitializer: .value([0.5, -1]))
    #expect(y.shape == [nil, 2, 2, 2])
    #expect(graph.variables.map(\.name) == ["conv2d/kernel", "conv2d/bias"])
    let session = try Session(graph, device: devices[device])
    try session.initializeVariables()
    let input = try Tensor<Float>(shape: [1, 2, 3, 1], scalars: [1, 2, 3, 6, 4, 0])
    let result = try session.run(y, feeding: [x: input])
    #expect(result.scalars == [0, 10, 0, 20.5, 2.5, 61, 4.5, 39])
  }

  @Test func layersOfImagesNameTheirVariablesAndSizes() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 28, 28, 1], name: "x")
    let edges = conv2D(x, filters: 32, kernel: 5, activation: .relu)
    let parts = conv2D(maxPool2D(edges, window: 2), filters: 64, kernel: Extent2D(5, 3), strides: 2)
    let scores = dense(flatten(parts), units: 10)
    #expect(edges.shape == [nil, 28, 28, 32])
    #expect(parts.shape == [nil, 7, 7, 64])
    #expect(scores.shape == [nil, 10])
    #expect(graph.variables[2].name == "conv2d_1/kernel")
    #expect(graph.variables[2].type.shape == [5, 3, 32, 64])
    #expect(graph.errors.isEmpty)
    let flat = graph.placeholder(Float.self, shape: [nil, 784], name: "flat")
    _ = conv2D(flat, filters: 32, kernel: 5)
    let error = try #require(graph.errors.first)
    #expect(error.description.contains("not [?, 784], 32 and 5x5"))
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

  @Test(arguments: devices.indices) func batchNormalizationUsesAndMovesItsAverages(_ device: Int)
    throws
  {
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

  @Test(arguments: devices.indices) func imagesMoveTheUnbiasedVariance(_ device: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(Double.self, shape: [nil, 2, 1, 3], name: "x")
    let y = batchNormalization(
      x, training: true, settings: BatchNormalizationSettings(momentum: 0.5, scale: false))
    #expect(y.shape == [nil, 2, 1, 3])
    let updates = graph.collection(Graph.updateOperations).map(\.operation)
    let session = try Session(graph, device: devices[device])
    try session.initializeVariables()
    // Channels 1 3 5 7, 0 0 0 4 and 2 2 2 2: variances 5, 3 and 0; unbiased 20/3, 4 and 0.
    let rows: [[[[Double]]]] = [
      [[[1, 0, 2]], [[3, 0, 2]]], [[[5, 0, 2]], [[7, 4, 2]]],
    ]
    let flat = rows.flatMap { $0.flatMap { $0.flatMap { $0 } } }
    try session.run(updates, feeding: [x: try Tensor(shape: [2, 2, 1, 3], scalars: flat)])
    let moved = try #require(graph.variables.first { $0.name.hasSuffix("moving_variance") })
    let wanted = [0.5 + 10.0 / 3, 2.5, 0.5]
    for (a, b) in zip(try session.value(of: moved).doubles, wanted) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func anEmbeddingTakesRowsOfItsTable() throws {
    let graph = Graph()
    let words = graph.placeholder(Int32.self, shape: [nil, 2], name: "words")
    let table: Tensor<Float> = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]
    let vectors = embedding(words, vocabulary: 4, size: 3, initializer: .value(table))
    #expect(vectors.shape == [nil, 2, 3])
    #expect(graph.variables.map(\.name) == ["embedding/embeddings"])
    let session = try Session(graph, device: ReferenceDevice())
    try session.initializeVariables()
    let result = try session.run(vectors, feeding: [words: [[3, 1]] as Tensor<Int32>])
    #expect(result == [[[9, 10, 11], [3, 4, 5]]] as Tensor<Float>)
  }

  @Test(arguments: devices.indices)
  func trainingMovesTheAveragesOfALayerInFront(_ device: Int) throws {
    let graph = Graph(seed: 5)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 2], name: "labels")
    let settings = BatchNormalizationSettings(momentum: 0.5)
    let hidden = batchNormalization(
      dense(x, units: 4, activation: .tanh), training: true, settings: settings)
    let scores = dense(hidden, units: 2)
    let loss = mean(softmaxCrossEntropy(logits: scores, labels: labels))
    let updates = graph.collection(Graph.updateOperations).map(\.operation)
    let train = graph.after(updates) { Adam(learningRate: 0.05).minimize(loss) }
    let session = try Session(graph, device: devices[device])
    try session.initializeVariables()
    let images: Tensor<Float> = [[1, 2, 3], [-1, 0.5, 2], [0, 1, -1], [2, -2, 1], [0.5, 0, 0]]
    let classes: Tensor<Float> = [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]]
    var losses: [Float] = []
    for _ in 0..<60 {
      let (_, l) = try session.run(train, loss, feeding: [x: images, labels: classes])
      losses.append(try #require(l.scalar))
    }
    #expect(losses[59] < 0.1 * losses[0])
    let moving = try #require(graph.variables.first { $0.name.hasSuffix("moving_mean") })
    #expect(!moving.isTrainable)
    #expect(try session.value(of: moving).doubles.allSatisfy { $0 != 0 })
  }
}
