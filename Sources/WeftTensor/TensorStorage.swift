import Glibc

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
  /// The storage that this is a part of; nil if the memory is its own.
  @usableFromInline let whole: TensorStorage?

  /// The alignment of every storage in bytes.
  public static let alignment = 64

  /// Uninitialised memory. Stops the program if there is not enough, as an array does.
  public init(byteCount: Int) {
    guard let memory = Self.allocate(byteCount) else {
      preconditionFailure("not enough memory for a tensor of \(byteCount) bytes")
    }
    self.byteCount = byteCount
    pointer = memory
    whole = nil
  }

  /// Uninitialised memory, or nil if there is not enough.
  public init?(allocating byteCount: Int) {
    guard let memory = Self.allocate(byteCount) else { return nil }
    self.byteCount = byteCount
    pointer = memory
    whole = nil
  }

  /// A part of another storage, which stays as long as the part does; nil where the part would not
  /// be aligned or does not lie in the whole. It is never written: who shares it makes a copy first.
  init?(partOf whole: TensorStorage, offset: Int, byteCount: Int) {
    guard offset >= 0, byteCount >= 0, offset % Self.alignment == 0,
      offset <= whole.byteCount, byteCount <= whole.byteCount - offset
    else { return nil }
    self.byteCount = byteCount
    pointer = whole.pointer + offset
    self.whole = whole.whole ?? whole
  }

  /// The machine's memory in bytes. No storage is larger: the system might promise more than it has,
  /// and end the process when the promise is called in.
  public static let byteLimit: Int = {
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && size > 0 ? pages * size : 1 << 44
  }()

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount >= 0, byteCount <= byteLimit else { return nil }
    var memory: UnsafeMutableRawPointer?
    return posix_memalign(&memory, alignment, max(byteCount, 1)) == 0 ? memory : nil
  }

  /// A copy of some bytes.
  public convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(byteCount: bytes.count)
    if let base = bytes.baseAddress, bytes.count > 0 {
      pointer.copyMemory(from: base, byteCount: bytes.count)
    }
  }

  deinit { if whole == nil { free(pointer) } }
}
