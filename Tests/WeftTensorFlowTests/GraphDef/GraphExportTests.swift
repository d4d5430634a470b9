import Testing
import Weft
import WeftTensorFlow

@Suite struct GraphExportTests {
  /// The losses of a few steps.
  private func losses(
    _ graph: Graph, _ train: GraphOperation, _ loss: Node<Float>, _ x: Node<Float>,
    _ labels: Node<Float>
  ) throws -> [Float] {
    let session = try Session(graph)
    try session.initializeVariables()
    return try (0..<5).map { step in
      let batch = SampleGraph.batch(step)
      let (_, value) = try session.run(
        train, loss, feeding: [x: batch.images, labels: batch.labels])
      return value.scalars[0]
    }
  }

  @Test(arguments: sampleOptimizers.map(\.name))
  func trainingGraphsComeBackTheSame(_ name: String) throws {
    let optimizer = try #require(sampleOptimizers.first { $0.name == name })
    let sample = SampleGraph(minimize: optimizer.minimize)
    let bytes = try GraphExport(sample.graph).bytes()
    let again = Graph()
    let nodes = try GraphImport(bytes: bytes).add(to: again)
    let (x, labels): (Node<Float>, Node<Float>) = (try nodes.node("x"), try nodes.node("labels"))
    let loss: Node<Float> = try nodes.node(sample.loss.name)
    let train = try nodes.operation(sample.train.name)
    let ours = try losses(sample.graph, sample.train, sample.loss, sample.x, sample.labels)
    #expect(try losses(again, train, loss, x, labels) == ours)
    #expect(ours[4] != ours[0])
    #expect(again.variables.map(\.name) == sample.graph.variables.map(\.name))
    // What Weft alone has is written in other operations once, and then stays.
    let third = Graph()
    try GraphImport(bytes: try GraphExport(again).bytes()).add(to: third)
    #expect(third.text == again.text)
  }

  @Test func whatTensorFlowHasComesBackToTheLetter() throws {
    let graph = Graph(seed: 3)
    let x = graph.placeholder(Float.self, shape: [nil, 4], name: "x")
    let w = graph.variable(.truncatedNormal([4, 3]), name: "w")
    let (scores, gate) = (matmul(x, w), relu(x))
    let soft = graph.scope("head") { softmax(scores, name: "probabilities") }
    let picked = x[1..., 2]
    let joined = concat([x, gate], axis: 1)
    let parts = split(joined, count: 2, axis: 1)
    let leaky = leakyRelu(x, alpha: 0.3)
    let total = graph.after([soft.operation]) { sum(parts[1], axes: [-1], keepDims: true) }
    _ = graph.device("/cpu:0", soft: true) { topK(scores, 2) }
    _ = (picked, leaky, total, graph.constant(Tensor<Double>([.nan, -0.0, 1e-300])))
    for form in ["binary", "text"] {
      let export = try GraphExport(graph)
      let bytes = form == "text" ? Array(export.text.utf8) : try export.bytes()
      let again = Graph()
      try GraphImport(bytes: bytes).add(to: again)
      #expect(again.text == graph.text, "\(form)")
    }
  }

  @Test func exportsWhatSomeOutputsNeed() throws {
    let sample = SampleGraph { GradientDescent(learningRate: 0.5).minimize($0) }
    let model = try GraphImport(
      bytes: try GraphExport(sample.graph, outputs: [sample.loss.output]).bytes())
    #expect(model.typeCounts["ApplyGradientDescent"] == nil)
    #expect(model.typeCounts["MatMul"] == 2)
  }

  private struct Odd: PointwiseDefinition {
    static let typeName = "Odd"
    var expression: ScalarExpression { .input(0) * .input(0) * .input(0) }
  }

  @Test func namesOperationsThatTensorFlowLacks() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [3], name: "x")
    let odd: Node<Float> = apply(Odd(), [x], name: "odd")
    _ = relu(odd)
    let error = #expect(throws: GraphError.self) { try GraphExport(graph) }
    #expect(error?.code == .unsupported)
    #expect(error?.message == "1 operation has no equivalent in TensorFlow")
    #expect(error?.notes == ["Odd at 'odd'"])
  }

  @Test func whatOnlyWeftHasIsWrittenInOthers() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Double.self, shape: [3, nil], name: "x")
    let wide = graph.variable(.orthogonal([2, 5]), name: "wide")
    let tall = graph.variable(.orthogonal([5, 2]), name: "tall")
    var results: [Node<Double>] = []
    for axis in [0, 1] {
      for reverse in [false, true] {
        let loss = sum(square(cumprod(x, axis: axis, reverse: reverse)))
        results += gradients(of: loss, withRespectTo: [x]).compactMap { $0 }
      }
    }
    let ids = graph.constant(Tensor<Int32>([2, -1, 2]))
    let parts = unsortedSegmentSum(x, segments: ids, count: 4)
    results += gradients(of: sum(square(parts)), withRespectTo: [x]).compactMap { $0 }
    results.append(
      withCustomGradient([x]) {
        $0[0] * 2
      } gradient: { _, _, slope in
        [slope]
      })
    results += [cast(wide), cast(tall)]
    #expect(results.count == 8)
    let again = Graph()
    let nodes = try GraphImport(bytes: try GraphExport(graph).bytes()).add(to: again)
    #expect(again.operations.allSatisfy { !$0.typeName.hasPrefix("Weft") })
    let (first, second) = (try Session(graph), try Session(again))
    try first.initializeVariables()
    try second.initializeVariables()
    let value: Tensor<Double> = [[1, -2, 0, 0.5], [3, 0, 0, 1], [0.25, 2, -1, 4]]
    let input: Node<Double> = try nodes.node("x")
    for result in results {
      let other: Node<Double> = try nodes.node(result.name)
      let feeds: (Feeds, Feeds) = ([x: value], [input: value])
      let (a, b) = (
        try first.run(result, feeding: feeds.0), try second.run(other, feeding: feeds.1)
      )
      #expect(a.shape == b.shape)
      for (p, q) in zip(a.scalars, b.scalars) { #expect(abs(p - q) < 1e-6, "\(result.name)") }
    }
  }

  @Test func shapesThatAreUnknownAreComputed() throws {
    // The mean's gradient divides by a number of elements that only a step knows.
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, nil], name: "x")
    let loss = mean(x * x, axes: [1])
    let slope = try #require(gradients(of: loss, withRespectTo: [x])[0])
    let again = Graph()
    let nodes = try GraphImport(bytes: try GraphExport(graph).bytes()).add(to: again)
    let (input, output): (Node<Float>, Node<Float>) = (
      try nodes.node("x"), try nodes.node(slope.name)
    )
    let value = ([[1, 2, 4], [8, 16, 32]] as Tensor<Float>)
    let wanted = try Session(graph).run(slope, feeding: [x: value])
    #expect(try Session(again).run(output, feeding: [input: value]) == wanted)
    #expect(again.operations.allSatisfy { !$0.typeName.hasPrefix("Weft") })
  }
}
