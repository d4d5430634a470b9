import WeftSession

/// How a ``Saver`` restores.
///
/// ```swift
/// try saver.restore(session, from: path, .matching)
/// try saver.restore(session, from: path, RestoreOptions(rename: ["dense/kernel": "fc/weights"]))
/// ```
public struct RestoreOptions: Sendable {
  /// Whether differences between graph and file are errors.
  public enum Mode: Hashable, Sendable {
    /// Every variable must be in the file with its type and shape.
    case strict
    /// What is in the file with its type and shape is restored, the rest is left alone.
    case matching
  }

  /// Whether differences are errors.
  public var mode: Mode
  /// Other names in the file, by those of the variables here.
  public var rename: [String: String]
  /// Whether what optimizers keep beside the variables (`w/Momentum`, `beta1_power`) is left alone, as
  /// for training a restored model on with another optimizer.
  public var skipsOptimizerSlots: Bool
  /// Whether random streams go on where they were when the checkpoint was saved.
  public var restoresRandomStreams: Bool

  /// Options; by default strict.
  public init(
    mode: Mode = .strict, rename: [String: String] = [:], skipsOptimizerSlots: Bool = false,
    restoresRandomStreams: Bool = true
  ) {
    self.mode = mode
    self.rename = rename
    self.skipsOptimizerSlots = skipsOptimizerSlots
    self.restoresRandomStreams = restoresRandomStreams
  }

  /// Every variable must be in the file with its type and shape.
  public static let strict = RestoreOptions()
  /// What fits is restored.
  public static let matching = RestoreOptions(mode: .matching)
  /// Strict, but optimizer slots and random streams are left alone.
  public static let withoutOptimizerSlots = RestoreOptions(
    skipsOptimizerSlots: true, restoresRandomStreams: false)
}

extension Graph {
  /// The variables that optimizers keep beside those they train: `w/Momentum` where `w` is trained, and
  /// the powers of decay rates.
  func optimizerSlots() -> Set<Output> {
    let trained = Set(trainableVariables.map(\.name))
    var slots: Set<Output> = []
    for variable in variables where !variable.isTrainable {
      let parts = variable.name.split(separator: "/")
      let last = parts.last.map(String.init) ?? ""
      let owner = parts.dropLast().joined(separator: "/")
      let isPower = ["beta1_power", "beta2_power"].contains { power in
        last == power
          || (last.hasPrefix(power + "_") && Int(last.dropFirst(power.count + 1)) != nil)
      }
      // A moving average of a variable is a model of its own.
      let isAverage = last.hasPrefix("ExponentialMovingAverage")
      if isPower || (trained.contains(owner) && !isAverage) { slots.insert(variable.reference) }
    }
    return slots
  }
}
