import ReferenceCorpus
import Testing
import Weft

/// A network of two layers with its training step: what the golden files show.
private struct Model {
  let graph = Graph(seed: 3)
  let x: Node<Float>
  let labels: Node<Float>
  let loss: Node<Float>
  let train: GraphOperation

  init() {
    x = graph.placeholder(Float.self, shape: [nil, 5], name: "x")
    labels = graph.placeholder(Float.self, shape: [nil, 3], name: "labels")
    let hidden = dense(x, units: 7, activation: .relu, name: "hidden")
    let scores = dense(hidden, units: 3, name: "scores")
    loss = mean(softmaxCrossEntropy(logits: scores, labels: labels), name: "loss")
    train = GradientDescent(learningRate: 0.5).minimize(loss)
  }
}

/// Texts that change only when somebody means them to: `RECORD_GOLDEN=1 swift test --filter Golden`
/// writes them anew.
@Suite struct GoldenTests {
  private func check(
    _ text: String, _ name: String, at location: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let mismatch = try goldenMismatch(text, name)
    #expect(mismatch == nil, "\(mismatch ?? "")", sourceLocation: location)
  }

  @Test func theTextOfATrainingGraph() throws {
    let model = Model()
    try model.graph.validate()
    try check(model.graph.text, "mlp-graph.txt")
  }

  @Test func theSummaryOfANetwork() throws { try check(Model().graph.summary, "mlp-summary.txt") }

  @Test func thePlanOfATrainingStep() throws {
    let model = Model()
    let session = try Session(model.graph, device: CPUDevice(threads: 1))
    let plan = try session.plan(
      of: [model.loss.output], targets: [model.train],
      feeding: [
        model.x: try Tensor<Float>.zeros([4, 5]), model.labels: try Tensor<Float>.zeros([4, 3]),
      ])
    try check(try #require(plan).description, "mlp-training-plan.txt")
  }

  @Test func scopesDevicesControlInputsAndErrors() throws {
    let graph = Graph(seed: 1)
    let a = graph.placeholder(Float.self, shape: [2, nil], name: "a")
    let total = graph.scope("tower") { graph.device("/cpu:0") { sum(a, axes: [1]) } }
    let said = graph.assert(graph.constant(true), "never said")
    _ = graph.after([said]) { total * 2 }
    _ = graph.scope("tower") { reshape(a, [-1, 4]) }
    _ = matmul(a, reshape(a, [3, 5]))
    _ = matmul(a, graph.constant([1, 2] as Tensor<Float>))
    try check(graph.text, "scopes-graph.txt")
  }

  @Test func aGoldenFileThatDiffersIsShownByItsFirstLine() throws {
    guard !recordsGoldenFiles else { return }
    let mismatch = try goldenMismatch("layer\nnothing", "mlp-summary.txt")
    #expect(
      mismatch?.hasPrefix("mlp-summary.txt differs in line 1\nis:     layer\ngolden: ") == true)
  }
}
