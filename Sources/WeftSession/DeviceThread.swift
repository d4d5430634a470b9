import Glibc
import WeftOps

/// Work that threads do for a run: the tasks of one device each.
class LaneWork: @unchecked Sendable {
  // Sendable: subclasses say why.
  func runLane(_ lane: Int) {}
}

/// A thread of a session for the tasks of one device, kept from run to run: making one takes longer than
/// many a step.
final class DeviceThread: Sendable {
  private let core = Core()
  private let handle: pthread_t

  /// What owner and thread share.
  private final class Core: @unchecked Sendable {
    // Sendable: behind the monitor.
    let monitor = Monitor()
    /// Not retained: the caller waits for the end. A thread that held the last reference to what it works
    /// on would have to wait for itself.
    var work: Unmanaged<LaneWork>?
    var lane = 0
    var isBusy = false
    var isEnding = false

    /// What the thread does until its owner is gone.
    func serve() {
      while let next = nextWork() {
        run(next)
        monitor.withLock {
          isBusy = false
          monitor.notify()
        }
      }
    }

    private func nextWork() -> Unmanaged<LaneWork>? {
      monitor.withLock {
        while work == nil && !isEnding { monitor.wait() }
        defer { work = nil }
        return work
      }
    }

    /// A function of its own: no reference may outlast it.
    @inline(never)
    private func run(_ work: Unmanaged<LaneWork>) {
      work._withUnsafeGuaranteedRef { $0.runLane(lane) }
    }
  }

  /// A thread.
  ///
  /// Throws ``GraphError`` if the system gives no more.
  init() throws(GraphError) {
    var handle = pthread_t()
    let shared = Unmanaged.passRetained(core)
    let status = pthread_create(
      &handle, nil,
      { pointer in
        if let pointer { Unmanaged<Core>.fromOpaque(pointer).takeRetainedValue().serve() }
        return nil
      }, shared.toOpaque())
    guard status == 0 else {
      shared.release()
      throw GraphError(
        .deviceFailed, "no thread for a further device: \(String(cString: strerror(status)))")
    }
    self.handle = handle
  }

  deinit {
    core.monitor.withLock {
      core.isEnding = true
      core.monitor.notify()
    }
    pthread_join(handle, nil)
  }

  /// Begins work on the thread. One caller at a time, who keeps the work and waits for the end of it.
  func start(_ work: LaneWork, lane: Int) {
    core.monitor.withLock {
      core.work = .passUnretained(work)
      core.lane = lane
      core.isBusy = true
      core.monitor.notify()
    }
  }

  /// Waits until the work is done.
  func wait() {
    core.monitor.withLock {
      while core.isBusy { core.monitor.wait() }
    }
  }
}
