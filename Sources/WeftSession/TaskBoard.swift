import WeftCompiler
import WeftOps

/// Which tasks of a run over several devices are done, and the first error.
final class TaskBoard: @unchecked Sendable {
  // Sendable: behind the monitor.
  private let monitor = Monitor()
  private let done: UnsafeMutablePointer<Bool>
  private let count: Int
  private var failure: (task: Int, error: GraphError)?

  init(tasks count: Int) {
    self.count = count
    done = .allocate(capacity: max(count, 1))
    done.initialize(repeating: false, count: max(count, 1))
  }

  deinit { done.deallocate() }

  /// Before a run.
  func clear() {
    done.update(repeating: false, count: count)
    failure = nil
  }

  /// Waits for tasks; false if the run has failed.
  func wait(for tasks: [Int]) -> Bool {
    monitor.withLock {
      for index in tasks.indices {
        while !done[tasks[index]] && failure == nil { monitor.wait() }
      }
      return failure == nil
    }
  }

  func finish(_ task: Int) {
    monitor.withLock {
      done[task] = true
      monitor.notify()
    }
  }

  /// Notes an error. Of several, that of the first task in the plan's order is kept.
  func fail(_ task: Int, _ error: GraphError) {
    monitor.withLock {
      if failure.map({ task < $0.task }) ?? true { failure = (task, error) }
      monitor.notify()
    }
  }

  /// The error, after all have ended.
  var error: GraphError? { failure?.error }
}
