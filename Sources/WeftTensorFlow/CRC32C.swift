import CWeftChecksum

/// The checksum of checkpoints and event files: CRC-32C, masked as TensorFlow stores it.
struct CRC32C: Hashable, Sendable {
  /// The plain checksum of the bytes so far.
  private(set) var value: UInt32 = 0

  /// The checksum of no bytes.
  init() {}

  /// The checksum of some bytes.
  init(_ bytes: UnsafeRawBufferPointer) { extend(bytes) }

  /// The checksum of some bytes.
  init(_ bytes: some Sequence<UInt8>) { extend(bytes) }

  /// Goes on with further bytes.
  mutating func extend(_ bytes: UnsafeRawBufferPointer) {
    value = weft_crc32c(value, bytes.baseAddress, bytes.count)
  }

  /// Goes on with further bytes.
  mutating func extend(_ bytes: some Sequence<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable {
      value = weft_crc32c(value, $0.baseAddress, $0.count)
    }
    if done == nil { extend(Array(bytes)) }
  }

  /// The checksum as it is stored: a checksum of data that holds checksums would be weak.
  var masked: UInt32 { (value >> 15 | value << 17) &+ 0xa282_ead8 }
}
