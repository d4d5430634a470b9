import Foundation
import Testing
import Weft
import WeftExamples
import WeftTensorFlow

/// Writes the examples' graphs with what they give into the folder that `WEFT_INTEROP` names, for
/// `Scripts/interop/check_export.py` to run them in TensorFlow.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WEFT_INTEROP"] != nil))
struct ExportedExampleTests {
  private static let steps = 3
  private static let rows = 6

  private struct Run: Encodable {
    let `init`: [String]
    let steps: Int
    let targets: [String]
    let fetch: [String]
  }

  @Test(arguments: ModelKind.allCases, [true, false])
  func writesTheGraphsOfTheExamples(_ model: ModelKind, _ isLetters: Bool) throws {
    var settings = isLetters ? Presets.letters(model) : Presets.digits(model)
    settings.seed = 5
    // Rates at which rounding does not grow from step to step.
    settings.learningRate = min(settings.learningRate, 0.01)
    settings.beta = 0.001
    let classifier = Classifier(settings, pixels: 784, classes: 10)
    let folder =
      try #require(ProcessInfo.processInfo.environment["WEFT_INTEROP"])
      + "/\(isLetters ? "notmnist" : "mnist")-\(model)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try GraphExport(classifier.graph).write(to: folder + "/graph.pb")
    let session = try Session(classifier.graph)
    try session.initializeVariables()
    let (count, size) = (Self.steps * Self.rows, 784)
    let images = try Tensor(
      shape: [Self.steps, Self.rows, size],
      scalars: (0..<count * size).map { Float($0 * 7919 % 1000) / 1000 - 0.5 })
    var oneHot = [Float](repeating: 0, count: count * 10)
    for row in 0..<count { oneHot[row * 10 + row * 3 % 10] = 1 }
    let labels = try Tensor(shape: [Self.steps, Self.rows, 10], scalars: oneHot)
    var losses: [Float] = []
    for step in 0..<Self.steps {
      let (loss, _) = try session.run(
        classifier.loss, classifier.train,
        feeding: [
          classifier.images: images[step], classifier.labels: labels[step],
          classifier.keep: Tensor(Float(settings.keep)),
          classifier.beta: Tensor(Float(settings.beta)),
        ])
      losses.append(try #require(loss.scalar))
    }
    try NPZ.write([classifier.loss.name: Tensor(losses).erased], to: folder + "/expected.npz")
    func each(_ number: Double) -> AnyTensor {
      Tensor([Float](repeating: Float(number), count: Self.steps)).erased
    }
    try NPZ.write(
      [
        classifier.images.name: images.erased, classifier.labels.name: labels.erased,
        classifier.keep.name: each(settings.keep), classifier.beta.name: each(settings.beta),
      ], to: folder + "/feeds.npz")
    let run = Run(
      init: classifier.graph.variables.map(\.initializer.name), steps: Self.steps,
      targets: [classifier.train.name], fetch: [classifier.loss.name])
    try JSONEncoder().encode(run).write(to: URL(filePath: folder + "/run.json"))
  }
}
