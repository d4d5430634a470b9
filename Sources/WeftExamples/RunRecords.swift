import Weft
import WeftTensorFlow

/// What a run keeps on the disk: checkpoints to go on from, and logs for TensorBoard.
final class RunRecords {
  /// The step at which the run begins: 0, or where its checkpoint was saved.
  let firstStep: Int
  /// How many minibatches were taken before it.
  let batchesTaken: Int
  private let session: Session
  private let classifier: Classifier
  private let saver: Saver
  private let checkpoints: Checkpoints?
  private let writer: FileWriter?
  private var savedStep: Int?

  /// Where and how often a run is saved.
  struct Checkpoints {
    let folder: String
    let every: Int
  }

  /// Goes on from the folder's latest checkpoint, if there is one; the session's variables have their
  /// initial values by then.
  ///
  /// Throws ``CheckpointError`` if the checkpoint is another model's, ``EventError`` if another run
  /// writes into the folder of logs.
  init(_ run: TrainingRun, _ session: Session, _ classifier: Classifier) throws {
    self.session = session
    self.classifier = classifier
    let saver = Saver()
    self.saver = saver
    checkpoints = run.checkpointFolder.map { Checkpoints(folder: $0, every: run.saveEvery) }
    let report = try run.checkpointFolder.flatMap { try saver.restoreLatest(session, in: $0) }
    firstStep = report?.globalStep ?? 0
    let taken = report?.extra["batches"]?.typed(Int64.self)?.scalar
    batchesTaken = taken.map { Int(clamping: $0) } ?? firstStep
    savedStep = report == nil ? nil : firstStep
    // What was logged of the step at which the checkpoint was saved is still good.
    let next = report.map { ($0.globalStep ?? 0) + 1 }
    writer = try run.logFolder.map { folder in try FileWriter(folder, resumingAt: next) }
    if let report { run.output("\(report) at step \(firstStep)\n") }
    try describe(run)
  }

  private func describe(_ run: TrainingRun) throws {
    guard let writer, firstStep == 0 else { return }
    let settings = run.settings
    try writer.addHyperParameters(
      [
        "model": .text(settings.model.rawValue), "optimizer": .text(settings.optimizer.rawValue),
        "learning rate": .number(settings.learningRate), "beta": .number(settings.beta),
        "keep": .number(settings.keep), "batch size": .number(Double(settings.batchSize)),
        "seed": .number(Double(settings.seed)),
      ], metrics: ["accuracy/validation", "loss"])
    let images = run.parts.test.first(4).images
    var values = [SummaryValue.text("settings", settings.description)]
    if images.rank == 3 {
      let shaped = try images.reshaped(images.shape + [1])
      values += try SummaryValue.images("test images", shaped.erased, maxOutputs: 4)
    }
    try writer.add(values, step: 0)
  }

  /// Saves the run if it is time.
  func afterStep(_ done: Int) throws {
    if let checkpoints, done.isMultiple(of: checkpoints.every) { try save(done) }
  }

  /// Logs a report.
  func log(_ progress: TrainingProgress) throws {
    guard let writer else { return }
    var values = [SummaryValue.scalar("loss", Float(progress.loss))]
    for (tag, value) in [
      ("accuracy/minibatch", progress.accuracy), ("accuracy/validation", progress.validation),
    ] {
      if let value { values.append(.scalar(tag, Float(value))) }
    }
    values += try session.run(classifier.summaries)
    try writer.add(values, step: progress.step)
  }

  /// Saves the end of the run.
  func finish(_ outcome: TrainingOutcome) throws {
    if savedStep != outcome.steps { try save(outcome.steps) }
    let isWhole = outcome.reason == .finished || outcome.reason == .stoppedEarly
    try writer?.finishHyperParameters(isWhole ? .success : .failure)
    try writer?.close()
  }

  private func save(_ done: Int) throws {
    guard let checkpoints else { return }
    // Each step takes one minibatch.
    let taken = batchesTaken + done - firstStep
    try saver.save(
      session, to: checkpoints.folder + "/model", globalStep: done,
      extra: ["batches": Tensor(Int64(taken)).erased])
    savedStep = done
  }
}
