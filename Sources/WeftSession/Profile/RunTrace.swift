import Synchronization
import WeftCompiler

/// What runs took, step by step: times, bytes and arithmetic, with the Swift lines they go back to.
///
/// ```swift
/// let trace = RunTrace()
/// for batch in batches { try step.run(batch.images, batch.labels, trace: trace) }
/// print(trace)                                // the steps that took most
/// print(trace.table(by: .line, limit: 20))    // the lines that took most
/// try trace.writeChromeTrace(to: "step.json")  // for chrome://tracing or ui.perfetto.dev
/// ```
/// A run without a trace pays nothing for it. A traced one reads the clock twice a step.
public final class RunTrace: Sendable {
  /// One step of one run.
  public struct Step: Sendable {
    /// Which of the traced runs, from 0.
    public let run: Int
    /// The name of the operation.
    public let name: String
    /// The type of the operation.
    public let typeName: String
    /// The device, such as `/gpu:0`.
    public let device: String
    /// The Swift lines that it goes back to: several where the compiler merged operations.
    public let lines: [SourceLocation]
    /// When it began, in nanoseconds since the first traced run did.
    public let start: UInt64
    /// How long it took, in nanoseconds.
    public let duration: UInt64
    /// The bytes of its operands and results, and its arithmetic.
    public let cost: StepCost
    /// The types of the results.
    public let results: [TensorType]
  }

  /// The parts of each run.
  private let records = Mutex<[[TracedPart]]>([])

  /// An empty trace; several runs, of several threads, may write into it.
  public init() {}

  /// The number of runs, and of stages where a run is answered in stages.
  public var runCount: Int { records.withLock { $0.count } }

  /// How long the runs took together, in nanoseconds, with what lies between the steps.
  public var duration: UInt64 { runs.reduce(0) { $0 + $1.duration } }

  /// Forgets everything.
  public func removeAll() { records.withLock { $0 = [] } }

  /// Adds a run: what each device did.
  func add(_ parts: [TracedPart]) {
    for part in parts where part.times.ended == part.times.began { part.times.finish() }
    records.withLock { $0.append(parts) }
  }

  /// All steps of all runs, in order; those of each device together.
  public var steps: [Step] {
    let records = records.withLock { $0 }
    let origin = records.joined().map(\.times.began).min() ?? 0
    return records.enumerated().flatMap { run, parts in
      parts.flatMap { $0.steps(run: run, since: origin) }
    }
  }

  /// The runs' begins and lengths in nanoseconds, the first at 0.
  var runs: [(start: UInt64, duration: UInt64)] {
    let records = records.withLock { $0 }
    let origin = records.joined().map(\.times.began).min() ?? 0
    return records.map { parts in
      let began = parts.map(\.times.began).min() ?? origin
      let ended = parts.map(\.times.ended).max() ?? began
      return (began - origin, ended - began)
    }
  }
}
