/// The entries of a zip archive in memory, zip64 included (PKWARE APPNOTE 6.3).
///
/// Nothing in the archive is believed before it is checked: bounds, signatures, overlapping
/// entries, declared sizes and checksums.
struct ZipReader {
  struct Entry {
    var name: String
    var method: UInt16
    var flags: UInt16
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    var headerOffset: Int
    var dataOffset = 0
  }

  let bytes: UnsafeRawBufferPointer
  private(set) var entries: [Entry] = []

  init(_ bytes: UnsafeRawBufferPointer) throws(TensorError) {
    self.bytes = bytes
    let directory = try findDirectory()
    var offset = directory.offset
    for _ in 0..<directory.count {
      let (entry, next) = try readEntry(at: offset, end: directory.end)
      entries.append(entry)
      offset = next
    }
    guard offset == directory.end else {
      throw TensorError(
        "damaged zip archive: its directory has \(directory.end - offset) bytes left")
    }
    try locateData(before: directory.offset)
    var names: Set<String> = []
    for entry in entries where !names.insert(entry.name).inserted {
      throw TensorError("damaged zip archive: it has two entries named '\(entry.name)'")
    }
  }

  /// The bytes of an entry, decompressed and compared with their checksum.
  func contents(of entry: Entry) throws(TensorError) -> [UInt8] {
    guard entry.flags & 1 == 0 else {
      throw TensorError("the zip entry '\(entry.name)' is encrypted")
    }
    let stored = UnsafeRawBufferPointer(
      rebasing: bytes[entry.dataOffset..<entry.dataOffset + entry.compressedSize])
    let contents: [UInt8]
    switch entry.method {
    case 0:
      guard entry.size == entry.compressedSize else {
        throw TensorError(
          "the zip entry '\(entry.name)' is stored in \(entry.compressedSize) bytes but declares "
            + "\(entry.size)")
      }
      contents = Array(stored)
    case 8:
      do { contents = try Zlib.decompress(stored, .raw, size: entry.size) } catch {
        throw TensorError("the zip entry '\(entry.name)': \(error.message)")
      }
    default:
      throw TensorError(
        "the zip entry '\(entry.name)' uses compression method \(entry.method); only stored (0) "
          + "and deflated (8) are read")
    }
    let checksum = contents.withUnsafeBytes { Zlib.checksum($0) }
    guard checksum == entry.checksum else {
      throw TensorError(
        "the zip entry '\(entry.name)' is damaged: its checksum is \(checksum), not "
          + "\(entry.checksum)")
    }
    return contents
  }

  private func findDirectory() throws(TensorError) -> (offset: Int, end: Int, count: Int) {
    // The end record is last in the file but for a comment of at most 65,535 bytes.
    var position = bytes.count - 22
    let lowest = max(0, bytes.count - 22 - 65_535)
    while position >= lowest {
      if bytes.littleEndian(UInt32.self, at: position) == 0x0605_4b50,
        position + 22 + Int(bytes.littleEndian(UInt16.self, at: position + 20)) == bytes.count
      {
        break
      }
      position -= 1
    }
    guard position >= max(lowest, 0), bytes.count >= 22 else {
      throw TensorError("not a zip archive, or cut short: it has no end record")
    }
    var count = Int(bytes.littleEndian(UInt16.self, at: position + 10))
    var size = Int(bytes.littleEndian(UInt32.self, at: position + 12))
    var offset = Int(bytes.littleEndian(UInt32.self, at: position + 16))
    var limit = position
    let locator = position - 20
    if locator >= 0, bytes.littleEndian(UInt32.self, at: locator) == 0x0706_4b50 {
      guard let end = Int(exactly: bytes.littleEndian(UInt64.self, at: locator + 8)),
        end <= locator - 56, bytes.littleEndian(UInt32.self, at: end) == 0x0606_4b50,
        let wideCount = Int(exactly: bytes.littleEndian(UInt64.self, at: end + 32)),
        let wideSize = Int(exactly: bytes.littleEndian(UInt64.self, at: end + 40)),
        let wideOffset = Int(exactly: bytes.littleEndian(UInt64.self, at: end + 48))
      else { throw TensorError("damaged zip archive: its zip64 end record is wrong") }
      (count, size, offset, limit) = (wideCount, wideSize, wideOffset, end)
    }
    // An entry of the directory has at least 46 bytes.
    guard offset <= limit, size <= limit - offset, count <= size / 46 else {
      throw TensorError(
        "damaged zip archive: a directory of \(count) entries in \(size) bytes at \(offset) does "
          + "not fit in \(bytes.count) bytes")
    }
    return (offset, offset + size, count)
  }

  private func readEntry(at offset: Int, end: Int) throws(TensorError) -> (Entry, Int) {
    let damaged = TensorError("damaged zip archive: wrong directory entry at byte \(offset)")
    guard end - offset >= 46, bytes.littleEndian(UInt32.self, at: offset) == 0x0201_4b50 else {
      throw damaged
    }
    let nameLength = Int(bytes.littleEndian(UInt16.self, at: offset + 28))
    let extraLength = Int(bytes.littleEndian(UInt16.self, at: offset + 30))
    let next =
      offset + 46 + nameLength + extraLength + Int(bytes.littleEndian(UInt16.self, at: offset + 32))
    guard next <= end else { throw damaged }
    let extraStart = offset + 46 + nameLength
    var wide = WideSizes(bytes: bytes, extra: extraStart..<extraStart + extraLength)
    guard let size = wide.value(bytes.littleEndian(UInt32.self, at: offset + 24)),
      let compressedSize = wide.value(bytes.littleEndian(UInt32.self, at: offset + 20)),
      let headerOffset = wide.value(bytes.littleEndian(UInt32.self, at: offset + 42))
    else { throw damaged }
    let entry = Entry(
      name: String(decoding: bytes[offset + 46..<extraStart], as: UTF8.self),
      method: bytes.littleEndian(UInt16.self, at: offset + 10),
      flags: bytes.littleEndian(UInt16.self, at: offset + 8),
      checksum: bytes.littleEndian(UInt32.self, at: offset + 16),
      compressedSize: compressedSize, size: size, headerOffset: headerOffset)
    return (entry, next)
  }

  /// Finds where the data of each entry begins, and that no two entries share bytes.
  private mutating func locateData(before directory: Int) throws(TensorError) {
    for index in entries.indices {
      let entry = entries[index]
      let damaged = TensorError("damaged zip archive: the entry '\(entry.name)' is out of place")
      let start = entry.headerOffset
      guard start <= directory - 30, bytes.littleEndian(UInt32.self, at: start) == 0x0403_4b50
      else { throw damaged }
      let data =
        start + 30 + Int(bytes.littleEndian(UInt16.self, at: start + 26))
        + Int(bytes.littleEndian(UInt16.self, at: start + 28))
      guard data <= directory, entry.compressedSize <= directory - data else { throw damaged }
      entries[index].dataOffset = data
    }
    var end = 0
    for entry in entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      guard entry.headerOffset >= end else {
        throw TensorError("damaged zip archive: the entry '\(entry.name)' overlaps another")
      }
      end = entry.dataOffset + entry.compressedSize
    }
  }
}

/// The 64-bit fields of an entry's zip64 extra record, in the order in which they are needed.
private struct WideSizes {
  private let bytes: UnsafeRawBufferPointer
  private var fields: Range<Int>

  init(bytes: UnsafeRawBufferPointer, extra: Range<Int>) {
    self.bytes = bytes
    fields = extra.upperBound..<extra.upperBound
    var offset = extra.lowerBound
    while extra.upperBound - offset >= 4 {
      let length = Int(bytes.littleEndian(UInt16.self, at: offset + 2))
      guard length <= extra.upperBound - offset - 4 else { return }
      if bytes.littleEndian(UInt16.self, at: offset) == 1 {
        fields = offset + 4..<offset + 4 + length
        return
      }
      offset += 4 + length
    }
  }

  /// A 32-bit field, or the next 64-bit one where it is all ones; nil if that is missing.
  mutating func value(_ narrow: UInt32) -> Int? {
    guard narrow == UInt32.max else { return Int(narrow) }
    guard fields.count >= 8 else { return nil }
    let wide = bytes.littleEndian(UInt64.self, at: fields.lowerBound)
    fields = fields.lowerBound + 8..<fields.upperBound
    return Int(exactly: wide)
  }
}
