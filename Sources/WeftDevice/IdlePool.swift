import Synchronization

/// Objects that wait to be used again, such as the working memory of runs: each is used by one run at
/// a time.
///
/// Where runs come one after the other, taking and giving back are one atomic exchange each; only
/// runs at the same time meet at a lock.
package final class IdlePool<Item: AnyObject & Sendable>: Sendable {
  /// The address of one that waits, with a reference of its own; 0 where none does.
  @usableFromInline let slot = Atomic<UInt>(0)
  @usableFromInline let rest = Mutex<[Item]>([])

  /// An empty pool.
  @inlinable package init() {}

  deinit { _ = takeFromSlot() }

  /// One that waits, nil if none does.
  @inlinable package func take() -> Item? {
    takeFromSlot() ?? rest.withLock { $0.popLast() }
  }

  /// Takes one back.
  @inlinable package func giveBack(_ item: consuming Item) {
    let reference = Unmanaged.passRetained(item)
    let address = UInt(bitPattern: reference.toOpaque())
    if slot.compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged {
      return
    }
    let waiting = reference.takeRetainedValue()
    rest.withLock { $0.append(waiting) }
  }

  @inlinable func takeFromSlot() -> Item? {
    guard let address = UnsafeRawPointer(bitPattern: slot.exchange(0, ordering: .acquiring)) else {
      return nil
    }
    return Unmanaged<Item>.fromOpaque(address).takeRetainedValue()
  }
}
