import Weft

/// The progress line: the present step on a terminal, and every so often a line that stays.
struct Progress {
  private let steps: Int
  private let interval: Int
  private let screen: Screen
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var pauses = Duration.zero
  private var images = 0
  private var lastShown: ContinuousClock.Instant
  private var lastReport: Checkpoint?

  init(steps: Int, screen: Screen) {
    self.steps = steps
    self.screen = screen
    interval = Self.interval(steps)
    start = clock.now
    lastShown = start
  }

  /// 1, 2 or 5 times a power of ten, so that there are at most 20 lines.
  static func interval(_ steps: Int) -> Int {
    var unit = 1
    while true {
      for factor in [1, 2, 5] where steps / (unit * factor) <= 20 { return unit * factor }
      unit *= 10
    }
  }

  /// Whether a step is one that gets a line: every so many, and the last.
  func isReported(_ step: Int) -> Bool { step % interval == 0 || step == steps - 1 }

  /// The seconds since the beginning.
  var seconds: Double { (clock.now - start) / .seconds(1) }

  /// How many images a second were trained on, measurements left out.
  var imagesPerSecond: Double {
    let trained = (clock.now - start - pauses) / .seconds(1)
    return trained > 0 ? Double(images) / trained : 0
  }

  /// A step was made with so many images.
  mutating func trained(_ count: Int) { images += count }

  /// Runs what is no training.
  mutating func pausing<R>(_ body: () throws -> R) rethrows -> R {
    let begin = clock.now
    defer { pauses += clock.now - begin }
    return try body()
  }

  /// A line that stays.
  mutating func report(_ checkpoint: Checkpoint) {
    lastReport = checkpoint
    screen.line(line(step: checkpoint.step, loss: checkpoint.loss))
  }

  /// The changing line, ten times a second.
  mutating func show(step: Int, loss: Tensor<Float>) {
    guard screen.isLive else { return }
    let now = clock.now
    guard now - lastShown > .milliseconds(100) else { return }
    lastShown = now
    screen.live(line(step: step, loss: Double(loss.scalar ?? .nan)))
  }

  private func line(step: Int, loss: Double) -> String {
    let total = Text.grouped(steps - 1)
    var text = "step \(Text.right(Text.grouped(step), total.count))/\(total)"
    text += "  loss \(Text.left(Text.short(loss), 6))"
    if let lastReport {
      let batch = Text.percent(lastReport.batchAccuracy, digits: 1)
      let valid = Text.percent(lastReport.validationAccuracy, digits: 1)
      text += "  batch \(Text.right(batch, 6))  valid \(Text.right(valid, 6))"
    }
    let left = step > 0 ? seconds / Double(step + 1) * Double(steps - 1 - step) : .infinity
    text += "  \(Text.right(Text.grouped(Int(imagesPerSecond)), 6))/s"
    return text + "  \(Text.clock(left)) left"
  }
}
