import WeftOps

/// The fed tensors and the results of one run, with their addresses: memory that a prepared step
/// keeps, so that a steady step allocates nothing.
final class StepBuffer: @unchecked Sendable {
  // Sendable: only the run that took it from its pool touches it.
  let feeds: UnsafeMutablePointer<AnyTensor>
  private(set) var feedCount = 0
  let feedAddresses: UnsafeMutablePointer<UnsafeRawPointer>
  private let feedCapacity: Int

  private(set) var results: UnsafeMutablePointer<AnyTensor>
  private(set) var resultCount = 0
  private(set) var resultAddresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private var resultCapacity = 0
  private var latest: Answer?
  private var latestShapes: [[Int]] = []
  /// Where the run writes what it takes; nil where nobody asks.
  var trace: RunTrace?
  /// The run's lists, where an earlier stage of the run has some.
  var store: RunStore?

  init(feedCapacity: Int) {
    self.feedCapacity = feedCapacity
    feeds = .allocate(capacity: max(feedCapacity, 1))
    feedAddresses = .allocate(capacity: max(feedCapacity, 1))
    results = .allocate(capacity: 1)
    resultAddresses = .allocate(capacity: 1)
  }

  deinit {
    clear()
    feeds.deallocate()
    feedAddresses.deallocate()
    results.deallocate()
    resultAddresses.deallocate()
  }

  /// Adds a fed tensor; false if there is no room for it.
  func addFeed(_ tensor: AnyTensor) -> Bool {
    guard feedCount < feedCapacity else { return false }
    (feeds + feedCount).initialize(to: tensor)
    feedCount += 1
    return true
  }

  /// Makes room for that many results.
  func prepare(results count: Int) {
    guard count > resultCapacity else { return }
    results.deallocate()
    resultAddresses.deallocate()
    results = .allocate(capacity: count)
    resultAddresses = .allocate(capacity: count)
    resultCapacity = count
  }

  func addResult(_ tensor: AnyTensor) {
    (results + resultCount).initialize(to: tensor)
    resultCount += 1
  }

  /// Lets all tensors go; the room stays.
  func clear() {
    feeds.deinitialize(count: feedCount)
    feedCount = 0
    results.deinitialize(count: resultCount)
    resultCount = 0
    if trace != nil { trace = nil }
    if store != nil { store = nil }
  }

  /// What answered the run before, if the tensors fed now have the same shapes.
  var latestAnswer: Answer? {
    guard latest != nil else { return nil }
    for index in 0..<feedCount where latestShapes[index] != feeds[index].shape { return nil }
    return latest
  }

  /// Keeps what answers a run with the fed tensors' shapes.
  func remember(_ answer: Answer) {
    latestShapes = (0..<feedCount).map { feeds[$0].shape }
    latest = answer
  }
}
