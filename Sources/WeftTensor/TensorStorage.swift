/// A block of memory aligned to 64 bytes: the bytes of a tensor.
///
/// Tensors that are copies of each other share one storage until one of them is changed.
public final class TensorStorage: @unchecked Sendable {
  // Sendable because whoever writes holds the only reference (checked by `isKnownUniquelyReferenced`)
  // or has not yet published the storage.

  /// The address of the first byte, a multiple of 64.
  public let pointer: UnsafeMutableRawPointer
  /// The size in bytes.
  public let byteCount: Int

  /// The alignment of every storage in bytes.
  public static let alignment = 64

  /// Uninitialised memory.
  public init(byteCount: Int) {
    self.byteCount = byteCount
    pointer = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
  }

  /// A copy of some bytes.
  public convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(byteCount: bytes.count)
    if let base = bytes.baseAddress, bytes.count > 0 {
      pointer.copyMemory(from: base, byteCount: bytes.count)
    }
  }

  deinit { pointer.deallocate() }
}
