import Glibc

/// The lists that live for one run, by their handles: histories of loops, stacks, arrays of tensors.
///
/// A list made at the same place in the order of a later run has the memory of the earlier one, so
/// that runs with the same shapes allocate nothing.
public final class RunStore: @unchecked Sendable {
  // Sendable: one run has it at a time, and runs its steps one after the other; or the store has a lock.
  // A list itself is used by one step at a time, in either case: its handle says in which order.
  private let lock: UnsafeMutablePointer<pthread_mutex_t>?
  private var lists: [RunList] = []
  private var count = 0
  private var gradients: [GradientKey: Int64] = [:]

  private struct GradientKey: Hashable {
    let list: Int64
    let source: String
  }

  /// A store without lists.
  ///
  /// - Parameter isShared: whether several threads work on the run.
  public init(isShared: Bool = false) {
    lock = isShared ? .allocate(capacity: 1) : nil
    lock?.initialize(to: pthread_mutex_t())
    if let lock { pthread_mutex_init(lock, nil) }
  }

  deinit {
    guard let lock else { return }
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// A new list: its handle.
  public func makeList() -> Int64 {
    if let lock { pthread_mutex_lock(lock) }
    defer { if let lock { pthread_mutex_unlock(lock) } }
    return addList()
  }

  private func addList() -> Int64 {
    if count == lists.count { lists.append(RunList()) }
    lists[count].clear()
    count += 1
    return Int64(count)
  }

  /// The list of a handle.
  ///
  /// Throws ``OpFailure`` for a number that is no handle of this run.
  public func list(_ handle: Int64) throws(OpFailure) -> RunList {
    if let lock { pthread_mutex_lock(lock) }
    defer { if let lock { pthread_mutex_unlock(lock) } }
    guard handle > 0, handle <= count else {
      throw OpFailure("\(handle) is no handle of a list of this run", code: .invalidState)
    }
    return lists[Int(handle) - 1]
  }

  /// The list that gathers the gradients of another for one source, and whether it is new.
  public func gradientList(of handle: Int64, source: String) -> (handle: Int64, isNew: Bool) {
    if let lock { pthread_mutex_lock(lock) }
    defer { if let lock { pthread_mutex_unlock(lock) } }
    let key = GradientKey(list: handle, source: source)
    if let known = gradients[key] { return (known, false) }
    let made = addList()
    gradients[key] = made
    return (made, true)
  }

  /// Ends the run: no handle is valid any more.
  public func reset() {
    count = 0
    gradients.removeAll(keepingCapacity: true)
  }
}
