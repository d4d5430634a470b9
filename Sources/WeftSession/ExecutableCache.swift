import WeftOps

/// A feed as the cache tells questions apart: by node and complete shape.
struct FeedKey: Hashable {
  let output: Output
  let type: TensorType
  init(_ output: Output, _ type: TensorType) {
    self.output = output
    self.type = type
  }
}

/// The compiled questions of a session, bounded; the least recently used goes first.
struct ExecutableCache {
  struct Key: Hashable {
    let fetches: [Output]
    let targets: [GraphOperation]
    let completed: Set<GraphOperation>
    let feeds: [FeedKey]
  }

  private var entries: [Key: (answer: Answer, lastUse: Int)] = [:]
  private var clock = 0
  private var compiled = 0
  private let limit: Int

  init(limit: Int = 64) { self.limit = max(limit, 1) }

  mutating func find(_ key: Key) -> Answer? {
    clock += 1
    entries[key]?.lastUse = clock
    return entries[key]?.answer
  }

  mutating func insert(_ answer: Answer, for key: Key) {
    clock += 1
    compiled += 1
    if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      entries[oldest.key] = nil
    }
    entries[key] = (answer, clock)
  }

  mutating func removeAll() { entries = [:] }

  var report: CacheReport { CacheReport(kept: entries.count, compiled: compiled, limit: limit) }
}

/// The state of a session's cache of compiled questions.
public struct CacheReport: Hashable, Sendable {
  /// How many are kept.
  public let kept: Int
  /// How many were compiled so far. It grows with every new combination of feed shapes.
  public let compiled: Int
  /// How many are kept at most.
  public let limit: Int
}
