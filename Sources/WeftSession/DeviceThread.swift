import Glibc

/// Work that a thread does for a run: the tasks of one device.
protocol LaneWork: AnyObject, Sendable {
  func runLane(_ lane: Int)
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
    var work: (any LaneWork)?
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
        let next = (work, lane)
        work = nil
        pthread_mutex_unlock(mutex)
        guard let work = next.0 else { return }
        work.runLane(next.1)
        finish(work)
      }
    }

    /// The caller waits for this: it is never the thread that lets the work go last.
    private func finish(_ work: consuming any LaneWork) {
      pthread_mutex_lock(mutex)
      isBusy = false
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
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

  /// Begins work on the thread. One caller at a time, who waits for the end of it.
  func start(_ work: any LaneWork, lane: Int) {
    pthread_mutex_lock(core.mutex)
    core.work = work
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
