import Weft

/// What is shown and written at the end of a run.
public struct Report {
  /// The run.
  public let run: TrainingRun
  /// What it gave.
  public let result: TrainingResult

  /// The report of a run.
  public init(_ run: TrainingRun, _ result: TrainingResult) {
    self.run = run
    self.result = result
  }

  /// The accuracies, the time and the confusion matrix.
  public var text: String {
    let wrong = zip(result.predictions, run.parts.test.labels).count { $0 != Int($1) }
    return """
      test accuracy \(Text.percent(result.testAccuracy)): \(Text.grouped(wrong)) of \
      \(Text.grouped(run.parts.test.count)) images are wrong
      validation accuracy \(Text.percent(result.validation)), \
      \(Text.grouped(result.outcome.steps)) steps in \(Text.fixed(result.seconds, 1)) s

      \(result.confusion)
      """
  }

  /// Writes the pictures into a folder: the wrongly classified images, and the accuracy over the steps.
  /// Gives their paths.
  public func writePictures(to folder: String) throws -> [String] {
    try Path.createFolder(folder)
    let sheet = try ContactSheet(
      misclassified: run.parts.test, predictions: result.predictions)
    var chart = LineChart(title: "ACCURACY IN PER CENT")
    let reports = result.outcome.reports
    for (name, value) in [
      ("minibatch", \TrainingProgress.accuracy), ("validation", \TrainingProgress.validation),
    ] {
      chart.add(name, points: reports.map { (Double($0.step), 100 * ($0[keyPath: value] ?? .nan)) })
    }
    let paths = ["\(folder)/misclassified.png", "\(folder)/accuracy.png"]
    try sheet.write(to: paths[0])
    try chart.write(to: paths[1])
    return paths
  }
}
