import WeftOps

/// Runs training steps, shows where they stand, and ends in good order.
///
/// ```swift
/// var loop = TrainingLoop(steps: 3001, batchSize: 128, reportEvery: 500)
/// loop.validation = { try accuracy(session.run(prediction, feeding: [x: valid.images]), valid.labels) }
/// let outcome = try loop.run { step in
///   let batch = training.batch(step, of: 128)
///   let (_, l, p) = try session.run(train, loss, prediction, feeding: [x: batch.images, y: batch.labels])
///   return TrainingStep(loss: l, accuracy: try accuracy(p, batch.labels))
/// }
/// ```
/// On a terminal a line is kept up to date; each report stays as a line of its own:
///
///     step  500  loss 0.3123  batch 89.1%  validation 88.2%  12,345 samples/s  0:42 left
///
/// Ctrl-C lets the present step finish, reports, and returns; a second one ends the program.
public struct TrainingLoop {
  /// What a callback decides.
  public enum Decision: Sendable {
    /// Go on.
    case proceed
    /// End the training after this step.
    case stop
  }

  /// The number of steps.
  public var steps: Int
  /// How many of them were done before, by a run that this one continues.
  public var firstStep = 0
  /// The number of samples in a step, for samples per second; nil shows steps per second.
  public var batchSize: Int?
  /// How many steps lie between two reports, which measure the validation.
  public var reportEvery: Int
  /// Where progress is shown.
  public var display = ProgressDisplay.standard
  /// Gives the accuracy on the validation data, from 0 to 1; called for each report.
  public var validation: (() throws -> Double)?
  /// When to end before the last step; it needs ``validation``.
  public var earlyStopping: EarlyStopping?
  /// Called after each step with its number, counted from 1, and its loss.
  public var onStep: ((_ step: Int, _ loss: Double) throws -> Decision)?
  /// Called after each report: a place to save a checkpoint or write a summary.
  public var onReport: ((TrainingProgress) throws -> Decision)?
  /// Whether Ctrl-C ends the training in good order rather than the program.
  public var watchesInterrupt = true

  /// A loop.
  public init(steps: Int, batchSize: Int? = nil, reportEvery: Int = 500) {
    self.steps = steps
    self.batchSize = batchSize
    self.reportEvery = max(1, reportEvery)
  }

  /// Runs the steps; the body is called with 0, 1, 2, ..., or from ``firstStep`` on.
  ///
  /// Throws what the body and the callbacks throw, and a ``WeftGraph/GraphError`` with the code
  /// `.notFinite` when a loss is NaN or infinite.
  @discardableResult
  public func run(_ body: (_ step: Int) throws -> TrainingStep) throws -> TrainingOutcome {
    var state = LoopState(self)
    let watch = watchesInterrupt ? InterruptWatch() : nil
    defer { withExtendedLifetime(watch) {} }
    var reason = TrainingOutcome.Reason.finished
    var done = max(0, firstStep)
    while done < steps {
      let step = try body(done)
      done += 1
      try state.check(step.loss, step: done)
      var ending: TrainingOutcome.Reason?
      if let onStep, case .stop = try onStep(done, step.loss) { ending = .stoppedByCallback }
      if watch?.isInterrupted == true { ending = .interrupted }
      if try state.advance(done, step, isLast: ending != nil) { ending = ending ?? .stoppedEarly }
      if state.wasStopped { ending = ending ?? .stoppedByCallback }
      if let ending {
        reason = ending
        break
      }
    }
    return try state.finish(reason, steps: done)
  }
}

/// What a running loop remembers.
private struct LoopState {
  private let loop: TrainingLoop
  private var display: ProgressDisplay
  private var best: BestSoFar
  private var reports: [TrainingProgress] = []
  private let start = ContinuousClock.now
  private var windowStart = ContinuousClock.now
  private var windowStep: Int
  private var lastFinite: (step: Int, loss: Double)?
  private(set) var wasStopped = false

  init(_ loop: TrainingLoop) {
    self.loop = loop
    display = loop.display
    windowStep = max(0, loop.firstStep)
    best = BestSoFar(loop.earlyStopping)
  }

  mutating func check(_ loss: Double, step: Int) throws(GraphError) {
    if loss.isFinite {
      lastFinite = (step, loss)
      return
    }
    let before = lastFinite.map {
      "the last finite loss was \(significant($0.loss, 4)) at step \($0.step)"
    }
    throw GraphError(
      .notFinite, "the loss is \(fixed(loss, 0)) at step \(step)", subject: "training",
      notes: [
        before ?? "it was not finite from the first step on",
        "lower the learning rate, clip the gradients, or look for log(0) and division by 0",
      ])
  }

  /// Shows what is due; true if the training should end early.
  mutating func advance(_ done: Int, _ step: TrainingStep, isLast: Bool) throws -> Bool {
    let isReport = isLast || done == loop.steps || done.isMultiple(of: loop.reportEvery)
    guard isReport else {
      if display.wantsLine { display.showLive(progress(done, step.loss).line(unit: unit)) }
      return false
    }
    var report = progress(done, step.loss)
    report.accuracy = try step.accuracy()
    report.validation = try loop.validation?()
    reports.append(report)
    display.show(report.line(unit: unit))
    let isOver = try best.take(report)
    if let onReport = loop.onReport, case .stop = try onReport(report) { wasStopped = true }
    // Time spent on validation and callbacks does not count as training.
    windowStart = .now
    windowStep = done
    return isOver
  }

  private var unit: String { loop.batchSize == nil ? "steps" : "samples" }

  private func progress(_ done: Int, _ loss: Double) -> TrainingProgress {
    let now = ContinuousClock.now
    let elapsed = seconds(now - start)
    let window = max(seconds(now - windowStart), 1e-9)
    let rate = Double((done - windowStep) * (loop.batchSize ?? 1)) / window
    return TrainingProgress(
      step: done, steps: loop.steps, loss: loss, rate: rate, elapsed: elapsed,
      remaining: elapsed / Double(max(done - loop.firstStep, 1)) * Double(loop.steps - done))
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  mutating func finish(_ reason: TrainingOutcome.Reason, steps: Int) throws -> TrainingOutcome {
    switch reason {
    case .finished: break
    case .stoppedEarly:
      display.show("stopped at step \(steps): the validation no longer rises")
    case .interrupted: display.show("interrupted after step \(steps)")
    case .stoppedByCallback: display.show("stopped after step \(steps)")
    }
    try best.restore()
    return TrainingOutcome(reason: reason, steps: steps, reports: reports, best: best.report)
  }
}
