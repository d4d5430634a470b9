import Weft

/// A run from the options to the pictures, as `main.swift` of each example asks for it.
public struct Example: Sendable {
  /// The name of the program, and of the folder of its pictures.
  public let name: String
  /// The images.
  public let folder: DataFolder
  /// The settings of each model.
  public let preset: @Sendable (ModelKind) -> Settings
  /// The model when the user names none.
  public let model: ModelKind
  /// Gives the folder of the original images, fetched if need be.
  public let fetch: @Sendable ((Download.Progress) -> Void) throws -> String

  /// The notMNIST assignments.
  public static let letters = Example(
    name: "notmnist", folder: .letters, preset: Presets.letters, model: .mlp,
    fetch: { try NotMNIST.download(.small, progress: $0) })

  /// The MNIST programs.
  public static let digits = Example(
    name: "mnist", folder: .digits, preset: Presets.digits, model: .mlp,
    fetch: { try MNIST.download(progress: $0) })

  /// Trains as the options say, and shows the result.
  @discardableResult
  public func run(_ options: TrainingOptions, display: ProgressDisplay = .standard) throws
    -> TrainingResult?
  {
    let settings = try options.settings(preset, model: model)
    let parts = try options.images(from: folder, fetch: fetch)
    print(parts.description)
    if let target = options.exportSplit {
      try parts.export(to: target)
      print("written to '\(target)'")
      return nil
    }
    print(settings.description)
    print()
    // What cannot be written later is better known now.
    let target = options.output ?? "output/\(name)-\(settings.model.rawValue)"
    try Path.createFolder(target)
    var run = TrainingRun(settings, on: parts)
    run.display = display
    run.checkpointFolder = options.checkpoint
    run.saveEvery = options.saveEvery
    run.logFolder = options.logDir
    let result = try run.run()
    let report = Report(run, result)
    print()
    print(report.text)
    print()
    for path in try report.writePictures(to: target) { print("written: \(path)") }
    return result
  }
}
