import Weft

/// What is shown and written at the end of a run.
public struct Report {
  public let run: TrainingRun
  public let result: TrainingResult

  /// The report of a run.
  public init(_ run: TrainingRun, _ result: TrainingResult) {
    self.run = run
    self.result = result
  }

  /// The accuracies, the time and the confusion matrix.
  public var text: String {
    var lines: [String] = []
    if result.stepsDone < result.steps {
      lines.append(
        "stopped after \(Text.grouped(result.stepsDone)) of \(Text.grouped(result.steps)) steps")
    }
    let wrong = zip(result.predictions, run.parts.test.labels).count { $0 != Int($1) }
    lines.append("test accuracy \(Text.percent(result.testAccuracy))  "
      + "(\(Text.grouped(wrong)) of \(Text.grouped(run.parts.test.count)) wrong), "
      + "validation accuracy \(Text.percent(result.validationAccuracy))")
    lines.append("\(Text.fixed(result.seconds, 1)) s, "
      + "\(Text.grouped(Int(result.imagesPerSecond))) images a second")
    lines.append("")
    lines.append(
      ConfusionMatrix(
        predictions: result.predictions, classes: run.parts.test.labels.map { Int($0) },
        names: run.parts.test.classNames
      ).description)
    return lines.joined(separator: "\n")
  }

  /// Writes the pictures into a folder: the wrongly classified images, and the accuracy over the steps.
  /// Gives their paths.
  public func writePictures(to folder: String) throws -> [String] {
    try Path.createFolder(folder)
    let sheet = try ContactSheet(
      misclassified: run.parts.test, predictions: result.predictions)
    var chart = LineChart(title: "ACCURACY IN PER CENT")
    chart.add(
      "minibatch", points: result.history.map { (Double($0.step), 100 * $0.batchAccuracy) })
    chart.add(
      "validation", points: result.history.map { (Double($0.step), 100 * $0.validationAccuracy) })
    let paths = ["\(folder)/misclassified.png", "\(folder)/accuracy.png"]
    try sheet.write(to: paths[0])
    try chart.write(to: paths[1])
    return paths
  }
}
