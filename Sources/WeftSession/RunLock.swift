import Glibc

/// Lets runs that only read variables go at once, and one that updates them alone.
final class RunLock: @unchecked Sendable {
  // Sendable: a POSIX lock is made for several threads.
  private let lock: UnsafeMutablePointer<pthread_rwlock_t>

  init() {
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_rwlock_t())
    pthread_rwlock_init(lock, nil)
  }

  deinit {
    pthread_rwlock_destroy(lock)
    lock.deallocate()
  }

  func whileHeld<R>(alone: Bool, _ body: () throws(GraphError) -> R) throws(GraphError) -> R {
    if alone { pthread_rwlock_wrlock(lock) } else { pthread_rwlock_rdlock(lock) }
    defer { pthread_rwlock_unlock(lock) }
    return try body()
  }
}
