import WeftGraph

/// The elements of a queue, and those who wait for some or for room: what a session keeps.
///
/// Who came first is served first, as in TensorFlow. An operation gives up when nothing has happened to
/// the queue for the time of the wait limit.
final class QueueStorage: SessionResource, @unchecked Sendable {
  // Sendable: everything that changes is changed under the monitor's lock.
  typealias Element = [AnyTensor]

  let name: String
  let settings: QueueSettings
  let order: QueueOrder
  private let waitLimit: Duration?
  private let monitor = Monitor()
  private var elements: [Element] = []
  /// Where the first element is: those before it are gone.
  private var first = 0
  private var words: PhiloxWords
  private var producers: [Int] = []
  private var consumers: [Int] = []
  private var tickets = 0
  private var isClosed = false
  private var isCancelled = false
  private var isSessionClosed = false
  private var lastChange = Duration.zero

  init(name: String, settings: QueueSettings, order: QueueOrder, waitLimit: Duration?) {
    self.name = name
    self.settings = settings
    self.order = order
    self.waitLimit = waitLimit
    var generator = Philox(seed: 0, seed2: 0)
    if case .random(_, let seed, let seed2) = order {
      var system = SystemRandomNumberGenerator()
      let isFree = seed == 0 && seed2 == 0
      generator = Philox(
        seed: isFree ? Int64(truncatingIfNeeded: system.next() as UInt64) : seed,
        seed2: isFree ? Int64(truncatingIfNeeded: system.next() as UInt64) : seed2)
    }
    words = PhiloxWords(generator)
  }

  private var held: Int { elements.count - first }

  /// How many elements there are.
  func size() throws(OpFailure) -> Int { monitor.withLock { held } }

  /// Whether the queue was closed.
  func closed() throws(OpFailure) -> Bool { monitor.withLock { isClosed } }

  /// Takes no new elements any more; those who wait for room already may go on unless cancelled.
  func close(cancelling: Bool) throws(OpFailure) {
    try monitor.withLock { () throws(OpFailure) in
      isClosed = true
      if cancelling { isCancelled = true }
      changed()
    }
  }

  func close() {
    monitor.withLock {
      isSessionClosed = true
      changed()
    }
  }

  private func changed() {
    lastChange = Monitor.now()
    monitor.notify()
  }

  // MARK: - In

  /// Puts elements in, one after the other, waiting for room.
  func enqueue(_ new: [Element]) throws(OpFailure) {
    try monitor.withLock { () throws(OpFailure) in
      guard !isClosed else { throw OpFailure("\(name) is closed", code: .cancelled) }
      tickets += 1
      let ticket = tickets
      producers.append(ticket)
      defer {
        producers.removeAll { $0 == ticket }
        monitor.notify()
      }
      let began = Monitor.now()
      var next = 0
      while true {
        if isCancelled { throw OpFailure("\(name) is closed", code: .cancelled) }
        let mayGo = producers.first == ticket
        var isNew = false
        while mayGo, next < new.count, settings.capacity.map({ held < $0 }) ?? true {
          elements.append(new[next])
          next += 1
          isNew = true
        }
        if isNew { changed() }
        if next == new.count { return }
        try wait(since: began) {
          "\(name) is full with \(held) of \(settings.capacity ?? held) elements, and nothing takes "
            + "any out; \(new.count - next) more were to be put in"
        }
      }
    }
  }

  // MARK: - Out

  /// Takes elements out, waiting for them; fewer where the queue is closed and that is allowed.
  func dequeue(_ count: Int, allowsFewer: Bool) throws(OpFailure) -> [Element] {
    try monitor.withLock { () throws(OpFailure) -> [Element] in
      tickets += 1
      let ticket = tickets
      consumers.append(ticket)
      defer {
        consumers.removeAll { $0 == ticket }
        monitor.notify()
      }
      let began = Monitor.now()
      var taken: [Element] = []
      do throws(OpFailure) {
        while true {
          if consumers.first == ticket {
            let isFinal = isClosed && producers.isEmpty
            if isFinal, taken.count + held < count {
              guard allowsFewer, taken.count + held > 0 else {
                throw OpFailure(
                  "\(name) is closed and has insufficient elements (requested \(count), current size "
                    + "\(taken.count + held))", code: .outOfRange)
              }
              while held > 0 { taken.append(take()) }
              return taken
            }
            let before = taken.count
            let kept = isClosed ? 0 : minimum
            while held > kept, taken.count < count { taken.append(take()) }
            if taken.count > before { changed() }
            if taken.count == count { return taken }
          }
          try wait(since: began) {
            let kept = minimum > 0 ? " of which \(minimum) stay in" : ""
            return
              "\(name) has \(taken.count + held) elements\(kept), \(count) were asked for, and "
              + "nothing puts any in"
          }
        }
      } catch {
        restore(taken)
        throw error
      }
    }
  }

  private var minimum: Int {
    if case .random(let keeping, _, _) = order { return keeping }
    return 0
  }

  private func take() -> Element {
    if case .random = order {
      let index = Int(words.next()) % elements.count
      elements.swapAt(index, elements.count - 1)
      return elements.removeLast()
    }
    let element = elements[first]
    elements[first] = []
    first += 1
    if first > 64, first * 2 > elements.count {
      elements.removeFirst(first)
      first = 0
    }
    return element
  }

  private func restore(_ taken: [Element]) {
    if taken.isEmpty { return }
    elements = taken + elements[first...]
    first = 0
    changed()
  }

  /// Waits until something changes. Throws when the session is closed, and when nothing has happened
  /// for too long.
  private func wait(since began: Duration, _ state: () -> String) throws(OpFailure) {
    if isSessionClosed {
      throw OpFailure("the session was closed while it waited for \(name)", code: .sessionClosed)
    }
    guard let waitLimit else {
      monitor.wait(until: nil)
      return
    }
    let end = max(began, lastChange) + waitLimit
    guard Monitor.now() < end else {
      let waited = waitLimit > .zero ? " (waited \(waitLimit))" : ""
      throw OpFailure(state() + waited, code: .timedOut)
    }
    monitor.wait(until: end)
  }
}
