import Synchronization

/// Scratch memory of a kernel: kept from run to run, one block for each run at a time.
final class TaskScratch: Sendable {
  private let byteCount: Int
  private let idle: Mutex<[TensorStorage]>

  init(byteCount: Int) {
    self.byteCount = byteCount
    idle = Mutex(byteCount > 0 ? [TensorStorage(byteCount: byteCount)] : [])
  }

  func with<R>(_ body: (UnsafeMutableRawPointer?) -> R) -> R {
    let storage = take()
    defer { giveBack(storage) }
    return body(storage?.pointer)
  }

  /// A block for this run, nil where none is needed. To be given back.
  func take() -> TensorStorage? {
    if byteCount == 0 { return nil }
    return idle.withLock { $0.popLast() } ?? TensorStorage(byteCount: byteCount)
  }

  /// Takes a block back for later runs.
  func giveBack(_ storage: TensorStorage?) {
    if let storage { idle.withLock { $0.append(storage) } }
  }
}
