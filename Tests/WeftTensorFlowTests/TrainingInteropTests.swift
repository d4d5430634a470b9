import Foundation
import Testing
import Weft
import WeftTensorFlow

/// A training that one system begins goes on in the other with the same losses.
@Suite struct TrainingInteropTests {
  private static let optimizers: [String: @Sendable (Node<Float>) -> GraphOperation] = [
    "descent": { GradientDescent(learningRate: 0.5).minimize($0) },
    "momentum": { Momentum(learningRate: 0.1, momentum: 0.9).minimize($0) },
    "adam": { Adam(learningRate: 0.01).minimize($0) },
  ]

  @Test(
    .enabled(if: interopPython != nil, "needs WEFT_INTEROP_PYTHON"),
    arguments: optimizers.keys.sorted())
  func trainingsGoOnInTheOtherSystem(_ optimizer: String) throws {
    try withTemporaryFolder { folder in
      try runScript("training.py", ["start", folder, optimizer])
      let feeds = try NPZ.read(contentsOf: folder + "/feeds.npz")
      let results = try NPZ.read(contentsOf: folder + "/results.npz")
      try importedGraph(folder, feeds, results)
      try runScript("training.py", ["continue", folder, optimizer])
      try ownGraph(folder, optimizer, feeds, results)
    }
  }

  /// TensorFlow's graph in our session: its initial values, its masks, its losses, and its checkpoint
  /// after ours has been saved.
  private func importedGraph(
    _ folder: String, _ feeds: [String: AnyTensor], _ results: [String: AnyTensor]
  ) throws {
    let graph = Graph()
    let nodes = try GraphImport(contentsOf: folder + "/graph.pb").add(
      to: graph, outputs: ["init", "loss", "train"])
    let session = try Session(graph)
    try session.run(try nodes.operation("init"))
    for variable in graph.variables {
      let wanted = try #require(results["initial/\(variable.name)"], "\(variable.name)")
      #expect(try session.value(of: variable).hasSameBits(as: wanted), "\(variable.name)")
    }
    let model = Model(
      x: try nodes.node("x"), labels: try nodes.node("labels"), keep: try nodes.node("keep"),
      loss: try nodes.node("loss"), train: try nodes.operation("train"))
    let before = try model.steps(session, feeds, 0..<10, keep: 0.75)
    try expectSame(before, results["before"], "before")
    try Saver().save(session, to: folder + "/weft/model", globalStep: 10)
    try Saver().restore(session, from: folder + "/tensorflow/model-10")
    let after = try model.steps(session, feeds, 10..<20, keep: 0.75)
    try expectSame(after, results["after"], "after")
  }

  /// The same model made in Swift takes TensorFlow's checkpoint, slots and all.
  private func ownGraph(
    _ folder: String, _ optimizer: String, _ feeds: [String: AnyTensor],
    _ results: [String: AnyTensor]
  ) throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 20], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 5], name: "labels")
    let keep = graph.placeholder(Float.self, shape: [], name: "keep")
    let w1 = graph.variable(.truncatedNormal([20, 16], stddev: 0.1), name: "w1")
    let b1 = graph.variable(.zeros([16]), name: "b1")
    let w2 = graph.variable(.truncatedNormal([16, 5], stddev: 0.1), name: "w2")
    let hidden = dropout(relu(matmul(x, w1) + b1), keep: keep)
    let loss = mean(softmaxCrossEntropy(logits: matmul(hidden, w2), labels: labels))
    let minimize = try #require(Self.optimizers[optimizer])
    let train = minimize(loss)
    let session = try Session(graph)
    try session.initializeVariables()
    let report = try Saver().restore(session, from: folder + "/tensorflow/model-10")
    #expect(report.restored.count == graph.variables.count)
    let model = Model(x: x, labels: labels, keep: keep, loss: loss, train: train)
    let after = try model.steps(session, feeds, 10..<20, keep: 1)
    try expectSame(after, results["after_without_masks"], "after, without masks")
  }

  private struct Model {
    let x: Node<Float>
    let labels: Node<Float>
    let keep: Node<Float>
    let loss: Node<Float>
    let train: GraphOperation

    func steps(
      _ session: Session, _ feeds: [String: AnyTensor], _ range: Range<Int>, keep rate: Float
    ) throws -> [Double] {
      let images = try #require(feeds["x"]?.typed(Float.self))
      let classes = try #require(feeds["labels"]?.typed(Float.self))
      return try range.map { step in
        let (value, _) = try session.run(
          loss, train, feeding: [x: images[step], labels: classes[step], keep: Tensor(rate)])
        return Double(try #require(value.scalar))
      }
    }
  }

  private func expectSame(_ losses: [Double], _ wanted: AnyTensor?, _ what: String) throws {
    let wanted = try #require(wanted).doubles
    #expect(losses.count == wanted.count)
    let worst = zip(losses, wanted).map { abs($0 - $1) / abs($1) }.max() ?? .infinity
    print("losses \(what): the largest relative difference is \(worst)")
    #expect(worst < 1e-4, "\(what): \(losses) instead of \(wanted)")
  }
}
