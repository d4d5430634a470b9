import Glibc

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
    // Sendable: behind the mutex.
    let mutex: UnsafeMutablePointer<pthread_mutex_t>
    let changed: UnsafeMutablePointer<pthread_cond_t>
    /// Not retained: the caller waits for the end. A thread that held the last reference to what it works
    /// on would have to wait for itself.
    var work: Unmanaged<LaneWork>?
    var lane = 0
    var isBusy = false
    var isEnding = false

    init() {
      mutex = .allocate(capacity: 1)
      mutex.initialize(to: pthread_mutex_t())
      pthread_mutex_init(mutex, nil)
      changed = .allocate(capacity: 1)
      changed.initialize(to: pthread_cond_t())
      pthread_cond_init(changed, nil)
    }

    deinit {
      pthread_cond_destroy(changed)
      pthread_mutex_destroy(mutex)
      changed.deallocate()
      mutex.deallocate()
    }

    /// What the thread does until its owner is gone.
    func serve() {
      while true {
        pthread_mutex_lock(mutex)
        while work == nil && !isEnding { pthread_cond_wait(changed, mutex) }
        let next = work
        work = nil
        pthread_mutex_unlock(mutex)
        guard let next else { return }
        run(next)
        pthread_mutex_lock(mutex)
        isBusy = false
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
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
    pthread_mutex_lock(core.mutex)
    core.isEnding = true
    pthread_cond_broadcast(core.changed)
    pthread_mutex_unlock(core.mutex)
    pthread_join(handle, nil)
  }

  /// Begins work on the thread. One caller at a time, who keeps the work and waits for the end of it.
  func start(_ work: LaneWork, lane: Int) {
    pthread_mutex_lock(core.mutex)
    core.work = .passUnretained(work)
    core.lane = lane
    core.isBusy = true
    pthread_cond_broadcast(core.changed)
    pthread_mutex_unlock(core.mutex)
  }

  /// Waits until the work is done.
  func wait() {
    pthread_mutex_lock(core.mutex)
    while core.isBusy { pthread_cond_wait(core.changed, core.mutex) }
    pthread_mutex_unlock(core.mutex)
  }
}
