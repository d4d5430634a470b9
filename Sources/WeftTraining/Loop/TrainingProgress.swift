import WeftOps

/// What a step of training gave.
public struct TrainingStep {
  /// The loss.
  public let loss: Double
  /// The share of the minibatch that is right, worked out only when it is shown.
  public let accuracy: () throws -> Double?

  /// A step's loss and, if there is one, its accuracy on the minibatch.
  ///
  /// ```swift
  /// TrainingStep(loss: l, accuracy: try accuracy(p, batch.labels))
  /// ```
  public init<S: FloatingScalar>(
    loss: Tensor<S>, accuracy: @autoclosure @escaping () throws -> Double? = nil
  ) {
    self.loss = loss.scalar?.asDouble ?? loss.erased.doubles.reduce(0, +)
    self.accuracy = accuracy
  }

  /// The same from a number.
  public init(loss: Double, accuracy: @autoclosure @escaping () throws -> Double? = nil) {
    self.loss = loss
    self.accuracy = accuracy
  }
}

/// Where a training stands.
public struct TrainingProgress: Hashable, Sendable {
  /// The number of steps done.
  public var step: Int
  /// The number of steps wanted.
  public var steps: Int
  /// The loss of the last step.
  public var loss: Double
  /// The accuracy of the last step's minibatch, from 0 to 1.
  public var accuracy: Double?
  /// The accuracy on the validation data, from 0 to 1.
  public var validation: Double?
  /// How many samples, or steps where the batch size is not known, were trained in a second.
  public var rate: Double
  /// The seconds since the start.
  public var elapsed: Double
  /// The seconds that the remaining steps will take at the pace so far.
  public var remaining: Double
}

extension TrainingProgress {
  func line(unit: String) -> String {
    let width = String(steps).count
    var parts = ["step \(right(String(step), width))", "loss \(significant(loss, 4))"]
    if let accuracy { parts.append("batch \(fixed(100 * accuracy, 1))%") }
    if let validation { parts.append("validation \(fixed(100 * validation, 1))%") }
    parts.append("\(grouped(rate)) \(unit)/s")
    parts.append(step < steps ? "\(clock(remaining)) left" : "\(clock(elapsed)) in all")
    return parts.joined(separator: "  ")
  }
}

/// How a training ended.
public struct TrainingOutcome: Hashable, Sendable {
  /// Why a training ended.
  public enum Reason: String, Hashable, Sendable {
    /// All steps were done.
    case finished
    /// The validation had not become better for long enough.
    case stoppedEarly
    /// The user pressed Ctrl-C.
    case interrupted
    /// A callback said so.
    case stoppedByCallback
  }

  /// Why it ended.
  public let reason: Reason
  /// The number of steps done.
  public let steps: Int
  /// What was reported, in order.
  public let reports: [TrainingProgress]
  /// The report with the best validation, if there was one.
  public let best: TrainingProgress?
}
