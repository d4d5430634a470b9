import ReferenceCorpus
import Testing
import Weft

/// The text of a small training step after every pass, and its plan.
///
/// `RECORD_GOLDEN=1 swift test --filter GoldenTests` records them anew.
@Suite struct GoldenTests {
  /// The texts by pass, in order, and the plan.
  private static func texts() throws -> (passes: [(name: String, text: String)], plan: String) {
    final class Log: @unchecked Sendable {
      // Sendable: one thread compiles.
      var passes: [(name: String, text: String)] = []
    }
    let graph = Graph(seed: 3)
    let x = graph.placeholder(Float.self, shape: [nil, 6], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 3], name: "labels")
    let w1 = graph.variable(.truncatedNormal([6, 5]), name: "w1")
    let b1 = graph.variable(.zeros([5]), name: "b1")
    let w2 = graph.variable(.truncatedNormal([5, 3]), name: "w2")
    let logits = matmul(relu(matmul(x, w1) + b1), w2)
    let loss =
      mean(softmaxCrossEntropy(logits: logits, labels: labels)) + 0.01 * (l2Loss(w1) + l2Loss(w2))
    let train = GradientDescent(learningRate: 0.5).minimize(loss)
    let prediction = softmax(logits)
    let log = Log()
    var pipeline = Pipeline.standard
    pipeline.observer = { log.passes.append(($0, $1.description)) }
    let session = try Session(
      graph, device: CPUDevice(threads: 1),
      configuration: SessionConfiguration(pipeline: pipeline, disabledPasses: [], dump: nil))
    let plan = try #require(
      try session.plan(
        of: [loss.output, prediction.output], targets: [train],
        feeding: [x: try Tensor<Float>.zeros([4, 6]), labels: try Tensor<Float>.zeros([4, 3])]))
    return (log.passes, plan.description)
  }

  @Test(arguments: ["specialize"] + Pipeline.standard.passes.map(\.name))
  func theProgramAfterAPass(_ name: String) throws {
    let text = try #require(try Self.texts().passes.first { $0.name == name }).text
    let file = name.map { $0 == " " ? "-" : String($0) }.joined()
    #expect(try goldenMismatch(text, "step/\(file).txt") == nil)
  }

  @Test func thePlan() throws {
    #expect(try goldenMismatch(try Self.texts().plan, "step/plan.txt") == nil)
  }
}
