/// Which checkpoints a ``Saver`` keeps when it saves new ones.
///
/// A checkpoint stays as long as any of the rules keeps it.
public struct Retention: Hashable, Sendable {
  /// Which of two metrics is the better one.
  public enum Better: Hashable, Sendable {
    /// The higher one, as of an accuracy.
    case higher
    /// The lower one, as of a loss.
    case lower
  }

  /// How many of the latest are kept; nil keeps all.
  public var latest: Int?
  /// Besides those, one for so many hours is kept for good; nil for none.
  public var everyHours: Double?
  /// Besides those, the best so many by the metric given to `save`; 0 for none.
  public var best: Int
  /// Which metric is better.
  public var better: Better

  /// Rules; by default the latest five are kept.
  public init(
    latest: Int? = 5, everyHours: Double? = nil, best: Int = 0, better: Better = .higher
  ) {
    self.latest = latest.map { max(1, $0) }
    self.everyHours = everyHours
    self.best = max(0, best)
    self.better = better
  }
}

/// The checkpoints that a saver minds in one folder.
struct KeptCheckpoints: Sendable {
  struct Item: Hashable, Sendable {
    var prefix: String
    var time: Double
    var metric: Double?
  }

  var items: [Item]
  /// When the last one that is kept for good was saved; at first, when the saver began.
  var lastPreserved: Double

  /// Takes in a new checkpoint; gives those that are to be removed.
  mutating func add(_ item: Item, by retention: Retention) -> [Item] {
    items.removeAll { $0.prefix == item.prefix }
    items.append(item)
    guard let latest = retention.latest else { return [] }
    let best = Set(best(by: retention))
    var removed: [Item] = []
    var kept: [Item] = []
    for old in items.dropLast(latest) {
      if let hours = retention.everyHours, old.time > lastPreserved + hours * 3600 {
        lastPreserved = old.time
      } else if best.contains(old) {
        kept.append(old)
      } else {
        removed.append(old)
      }
    }
    items = kept + items.suffix(latest)
    return removed
  }

  private func best(by retention: Retention) -> [Item] {
    // Of equal ones the older is the better.
    let ranked = items.enumerated().filter { $0.element.metric?.isNaN == false }.sorted { a, b in
      let (x, y) = (a.element.metric ?? 0, b.element.metric ?? 0)
      if x == y { return a.offset < b.offset }
      return retention.better == .higher ? x > y : x < y
    }
    return ranked.prefix(retention.best).map(\.element)
  }
}
