import WeftOps
import WeftSession

/// When to end a training whose validation does not become better.
public struct EarlyStopping: Sendable {
  /// How many reports in a row may pass without a better validation.
  public var patience: Int
  /// By how much it must rise to count as better.
  public var minimumImprovement: Double
  /// The session whose variables go back to the best report's values at the end; nil leaves them.
  public var restoring: Session?

  /// A rule.
  public init(patience: Int, minimumImprovement: Double = 0, restoring: Session? = nil) {
    self.patience = patience
    self.minimumImprovement = minimumImprovement
    self.restoring = restoring
  }
}

/// The best validation so far, and the variables that gave it.
struct BestSoFar {
  private let rule: EarlyStopping?
  private(set) var report: TrainingProgress?
  private var values: [(variable: AnyVariable, value: AnyTensor)] = []
  private var reportsSince = 0

  init(_ rule: EarlyStopping?) { self.rule = rule }

  /// Takes a report in; true if the training should end.
  mutating func take(_ progress: TrainingProgress) throws(GraphError) -> Bool {
    guard let validation = progress.validation else { return false }
    let bar = report?.validation.map { $0 + (rule?.minimumImprovement ?? 0) }
    if bar.map({ validation > $0 }) ?? true {
      report = progress
      reportsSince = 0
      if let session = rule?.restoring { values = try Self.present(session) }
      return false
    }
    reportsSince += 1
    return rule.map { reportsSince >= $0.patience } ?? false
  }

  private static func present(_ session: Session) throws(GraphError) -> [(AnyVariable, AnyTensor)] {
    let variables = session.graph.variables.filter { session.hasValue($0) }
    // One run for all: a run for each would crowd compiled steps out of the session's cache.
    let values = try session.run(variables.map(\.value))
    return Array(zip(variables, values))
  }

  func restore() throws(GraphError) {
    guard let session = rule?.restoring else { return }
    for (variable, value) in values { try session.load(value, into: variable) }
  }
}
