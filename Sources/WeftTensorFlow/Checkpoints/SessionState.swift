import WeftSession

/// What a session's checkpoint holds beside the variables, under names that no variable can have: the
/// random streams, the step, the caller's own tensors such as the position in the input.
///
/// To TensorFlow these are tensors like any other; its Saver restores those it asks for.
enum SessionState {
  static let prefix = "_weft/"
  static let streamNames = "_weft/random_streams/operations"
  static let streamPositions = "_weft/random_streams/positions"
  static let step = "_weft/global_step"
  static let metric = "_weft/metric"
  static let extra = "_weft/extra/"

  /// The reserved values of a checkpoint.
  static func values(
    of streams: [String: [UInt64]], step: Int?, metric: Double?, extra: [String: AnyTensor]
  ) throws(CheckpointError) -> [String: BundleValue] {
    var values: [String: BundleValue] = [:]
    if !streams.isEmpty {
      let sorted = streams.sorted { $0.key < $1.key }
      values[streamNames] = .strings(sorted.map { Array($0.key.utf8) })
      let words = sorted.flatMap { $0.value.map { Int64(bitPattern: $0) } }
      do {
        values[streamPositions] = .tensor(
          try Tensor(shape: [sorted.count, 4], scalars: words).erased)
      } catch { throw CheckpointError(.invalidArgument, "random streams: \(error.message)") }
    }
    if let step { values[self.step] = .tensor(Tensor(Int64(step)).erased) }
    if let metric { values[self.metric] = .tensor(Tensor(metric).erased) }
    for (name, tensor) in extra { values[self.extra + name] = .tensor(tensor) }
    return values
  }

  /// The random streams in a checkpoint; nil if it has none.
  ///
  /// Throws ``CheckpointError`` if they are damaged.
  static func streams(in checkpoint: Checkpoint) throws(CheckpointError) -> [String: [UInt64]]? {
    guard checkpoint[streamNames] != nil || checkpoint[streamPositions] != nil else { return nil }
    let names = try checkpoint.strings(named: streamNames)
    let positions = try checkpoint.tensor(named: streamPositions)
    guard let words = positions.typed(Int64.self)?.scalars, positions.shape == [names.count, 4]
    else {
      throw CheckpointError(
        .damaged,
        "'\(checkpoint.prefix)' has \(names.count) random streams and positions of shape "
          + "\(positions.shape)")
    }
    var streams: [String: [UInt64]] = [:]
    for (row, name) in names.enumerated() {
      streams[name] = words[4 * row..<4 * row + 4].map { UInt64(bitPattern: $0) }
    }
    return streams
  }

  /// A reserved number in a checkpoint; nil if it has none.
  static func number<S: TensorScalar>(_ name: String, in checkpoint: Checkpoint, _: S.Type)
    throws(CheckpointError) -> S?
  {
    guard checkpoint[name] != nil else { return nil }
    return try checkpoint.tensor(named: name).typed(S.self)?.scalar
  }
}
