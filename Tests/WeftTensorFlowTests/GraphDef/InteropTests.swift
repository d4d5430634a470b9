import Foundation
import Testing
import Weft
import WeftTensorFlow

/// Writes graphs with what they give into the folder that `WEFT_INTEROP` names, for
/// `Scripts/interop/check_export.py` to run them in TensorFlow.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WEFT_INTEROP"] != nil))
struct InteropTests {
  private static let steps = 5

  private struct Run: Encodable {
    let `init`: [String]
    let steps: Int
    let targets: [String]
    let fetch: [String]
  }

  @Test(arguments: sampleOptimizers.map(\.name) + ["convolution"])
  func writesTrainingGraphs(_ name: String) throws {
    let folder = try #require(ProcessInfo.processInfo.environment["WEFT_INTEROP"]) + "/" + name
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let sample =
      name == "convolution"
      ? SampleGraph.convolutional()
      : SampleGraph(minimize: try #require(sampleOptimizers.first { $0.name == name }).minimize)
    try GraphExport(sample.graph).write(to: folder + "/graph.pb")
    let session = try Session(sample.graph)
    try session.initializeVariables()
    let fetches = [sample.loss.output] + sample.graph.variables.map(\.value)
    var results: [[AnyTensor]] = []
    var images: [Float] = []
    var labels: [Float] = []
    for step in 0..<Self.steps {
      let batch = SampleGraph.batch(step)
      images += batch.images.scalars
      labels += batch.labels.scalars
      let (_, values) = try session.run(
        sample.train, [sample.loss.output],
        feeding: [sample.x: batch.images, sample.labels: batch.labels])
      let variables = try session.run(Array(fetches.dropFirst()))
      results.append(values + variables)
    }
    var expected: [String: AnyTensor] = [:]
    for (index, fetch) in fetches.enumerated() {
      let rows = results.map { $0[index] }
      let scalars = rows.flatMap { $0.typed(Float.self)?.scalars ?? [] }
      expected[fetch.name] = try Tensor(shape: [rows.count] + rows[0].shape, scalars: scalars)
        .erased
    }
    try NPZ.write(expected, to: folder + "/expected.npz")
    try NPZ.write(
      [
        sample.x.name: try Tensor(shape: [Self.steps, 12, 20], scalars: images).erased,
        sample.labels.name: try Tensor(shape: [Self.steps, 12, 5], scalars: labels).erased,
      ], to: folder + "/feeds.npz")
    let run = Run(
      init: sample.graph.variables.map(\.initializer.name), steps: Self.steps,
      targets: [sample.train.name], fetch: fetches.map(\.name))
    try JSONEncoder().encode(run).write(to: URL(fileURLWithPath: folder + "/run.json"))
  }
}
