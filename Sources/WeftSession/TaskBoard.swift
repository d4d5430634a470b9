import Glibc
import WeftCompiler

/// Which tasks of a run over several devices are done, and the first error.
final class TaskBoard: @unchecked Sendable {
  // Sendable: behind the mutex.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private let done: UnsafeMutablePointer<Bool>
  private let count: Int
  private var failure: (task: Int, error: GraphError)?

  init(tasks count: Int) {
    self.count = count
    done = .allocate(capacity: max(count, 1))
    done.initialize(repeating: false, count: max(count, 1))
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
    done.deallocate()
  }

  /// Before a run.
  func clear() {
    done.update(repeating: false, count: count)
    failure = nil
  }

  /// Waits for tasks; false if the run has failed.
  func wait(for tasks: [Int]) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    for index in tasks.indices {
      while !done[tasks[index]] && failure == nil { pthread_cond_wait(changed, mutex) }
    }
    return failure == nil
  }

  func finish(_ task: Int) {
    pthread_mutex_lock(mutex)
    done[task] = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// Notes an error. Of several, that of the first task in the plan's order is kept.
  func fail(_ task: Int, _ error: GraphError) {
    pthread_mutex_lock(mutex)
    if failure.map({ task < $0.task }) ?? true { failure = (task, error) }
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// The error, after all have ended.
  var error: GraphError? { failure?.error }
}
