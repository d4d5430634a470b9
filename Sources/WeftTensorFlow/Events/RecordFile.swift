/// The framing of TensorFlow's record files: a length, its checksum, the bytes, their checksum.
enum RecordFile {
  /// No larger record is read: graphs, the largest ones, are below 2 GiB.
  static let largestRecord = 1 << 31

  /// A record with its frame.
  static func framed(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    result.append(fixed: UInt64(bytes.count))
    result.append(fixed: CRC32C(result).masked)
    result += bytes
    result.append(fixed: CRC32C(bytes).masked)
    return result
  }

  /// Takes the next record from the bytes; nil at the end.
  ///
  /// Throws ``EventError`` if a checksum is wrong or the bytes end within the record.
  static func next(_ cursor: inout ByteCursor) throws(EventError) -> ArraySlice<UInt8>? {
    let start = cursor.position
    if cursor.remaining == 0 { return nil }
    func truncated() -> EventError {
      EventError(.truncated, "the file ends within the record at byte \(start)")
    }
    guard let head = cursor.take(8), let stored = cursor.fixed(UInt32.self) else {
      throw truncated()
    }
    guard CRC32C(head).masked == stored else {
      throw EventError(
        .damaged, "the length of the record at byte \(start) does not have its checksum")
    }
    var numbers = ByteCursor(head)
    guard let length = numbers.fixed(UInt64.self), length <= UInt64(largestRecord) else {
      throw EventError(.damaged, "the record at byte \(start) is too long to be one")
    }
    guard let bytes = cursor.take(Int(length)), let checksum = cursor.fixed(UInt32.self) else {
      throw truncated()
    }
    guard CRC32C(bytes).masked == checksum else {
      throw EventError(.damaged, "the record at byte \(start) does not have its checksum")
    }
    return bytes
  }
}
