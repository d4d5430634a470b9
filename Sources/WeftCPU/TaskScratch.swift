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
    if byteCount == 0 { return body(nil) }
    let storage = idle.withLock { $0.popLast() } ?? TensorStorage(byteCount: byteCount)
    defer { idle.withLock { $0.append(storage) } }
    return body(storage.pointer)
  }
}
