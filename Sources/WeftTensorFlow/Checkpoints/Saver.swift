import Glibc
import Synchronization
import WeftSession

/// Saves a session's variables as TensorFlow checkpoints, and restores them.
///
/// ```swift
/// let saver = Saver()
/// try saver.save(session, to: "run1/model", globalStep: 3000)   // run1/model-3000.index, ...
///
/// try saver.restore(session, from: "run1")                      // the latest one there
/// ```
/// TensorFlow's Saver restores what this one saves, and the other way round. Besides the variables a
/// checkpoint holds the position of every random stream, so that a training that goes on from it gives
/// the same bits as one that was never interrupted.
public final class Saver: Sendable {
  /// Which checkpoints are kept.
  public let retention: Retention
  /// By the names in the checkpoint; nil for all of a graph's variables by their own.
  private let named: [String: AnyVariable]?
  private let clock: @Sendable () -> Double
  private let start: Double
  private let folders = Mutex<[String: KeptCheckpoints]>([:])

  /// A saver for all variables of a session's graph.
  public convenience init(retention: Retention = Retention()) {
    self.init(named: nil, retention: retention, clock: Self.now)
  }

  /// A saver for some variables, by their own names.
  public convenience init(_ variables: [AnyVariable], retention: Retention = Retention()) {
    let named = Dictionary(
      variables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.init(named: named, retention: retention, clock: Self.now)
  }

  /// A saver for some variables, by other names: name in the checkpoint to variable.
  public convenience init(
    named variables: [String: AnyVariable], retention: Retention = Retention()
  ) {
    self.init(named: variables, retention: retention, clock: Self.now)
  }

  init(
    named: [String: AnyVariable]?, retention: Retention, clock: @escaping @Sendable () -> Double
  ) {
    self.named = named
    self.retention = retention
    self.clock = clock
    start = clock()
  }

  /// Seconds since 1970.
  private static let now: @Sendable () -> Double = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The variables in the order of their names in the checkpoint.
  func variables(of session: Session) -> [(name: String, variable: AnyVariable)] {
    let named = named.map { $0.map { (name: $0.key, variable: $0.value) } }
    let all = named ?? session.graph.variables.map { (name: $0.name, variable: $0) }
    return all.sorted { $0.name < $1.name }
  }

  /// Saves the variables, the random streams, and what the caller adds.
  ///
  /// All variables are read in one run, so that they belong together. The new checkpoint is on the disk
  /// before the folder's `checkpoint` file names it and before old ones are removed: a crash at any
  /// moment leaves the last good one.
  ///
  /// - Parameters:
  ///   - prefix: what the files are called; the folder is made if it does not exist.
  ///   - globalStep: put behind the prefix as `-3000`, and saved.
  ///   - metric: decides which checkpoints are the best (``Retention/best``).
  ///   - extra: tensors of the caller's own, such as the position in the input.
  /// - Returns: the prefix of the checkpoint, with the step.
  ///
  /// Throws ``WeftGraph/GraphError`` if a variable has no value, ``CheckpointError`` if a file cannot be
  /// written.
  @discardableResult
  public func save(
    _ session: Session, to prefix: String, globalStep: Int? = nil, metric: Double? = nil,
    extra: [String: AnyTensor] = [:]
  ) throws -> String {
    let full = prefix + (globalStep.map { "-\($0)" } ?? "")
    let name = CheckpointPath.name(of: full)
    guard !name.isEmpty, name != CheckpointPath.stateName else {
      throw CheckpointError(
        .invalidArgument, "a checkpoint cannot be called '\(full)'",
        notes: ["give a folder and a name, as in 'run1/model'"])
    }
    let variables = variables(of: session)
    let tensors = try session.run(variables.map(\.variable.value))
    var values = try SessionState.values(
      of: session.randomStreams.positions, step: globalStep, metric: metric, extra: extra)
    for ((name, _), tensor) in zip(variables, tensors) { values[name] = .tensor(tensor) }
    let folder = CheckpointPath.folder(of: full)
    try CheckpointFolder.create(folder)
    try folders.withLock { (folders) throws(CheckpointError) in
      var kept: KeptCheckpoints
      if let known = folders[folder] { kept = known } else { kept = try existing(in: folder) }
      try Checkpoint.write(values, to: full)
      let item = KeptCheckpoints.Item(prefix: full, time: clock(), metric: metric)
      let removed = kept.add(item, by: retention)
      try CheckpointState(
        latest: full, all: kept.items.map(\.prefix), timestamps: kept.items.map(\.time),
        lastPreserved: retention.everyHours == nil ? nil : kept.lastPreserved
      ).write(in: folder)
      for old in removed { Checkpoint.remove(old.prefix) }
      folders[folder] = kept
    }
    return full
  }

  /// The checkpoints of a folder that an earlier saver minded, so that a resumed training goes on
  /// removing them; removes what savers that were killed have left half-written.
  private func existing(in folder: String) throws(CheckpointError) -> KeptCheckpoints {
    CheckpointFolder.removeAbandoned(in: folder)
    // A state file that cannot be read names nothing to keep; it is about to be replaced.
    let state = (try? CheckpointState.read(in: folder)) ?? nil
    var items: [KeptCheckpoints.Item] = []
    for (index, prefix) in (state?.all ?? []).enumerated()
    where CheckpointPath.isFile(CheckpointPath.index(prefix)) {
      var metric: Double?
      if retention.best > 0, let checkpoint = try? Checkpoint(CheckpointPath.index(prefix)) {
        metric = (try? SessionState.number(SessionState.metric, in: checkpoint, Double.self)) ?? nil
      }
      let time = state?.timestamps.indices.contains(index) == true ? state?.timestamps[index] : nil
      items.append(KeptCheckpoints.Item(prefix: prefix, time: time ?? start, metric: metric))
    }
    return KeptCheckpoints(items: items, lastPreserved: state?.lastPreserved ?? start)
  }
}
