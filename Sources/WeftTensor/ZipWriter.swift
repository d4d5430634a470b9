/// Writes a zip archive entry by entry; zip64 records appear where they are needed.
struct ZipWriter: ~Copyable {
  private var directory: [UInt8] = []
  private var count = 0
  private var offset = 0
  private let alwaysWide: Bool

  /// `alwaysWide` writes zip64 records for small archives too.
  init(alwaysWide: Bool = false) { self.alwaysWide = alwaysWide }

  /// Writes an entry.
  mutating func add(
    _ name: String, _ contents: [UInt8], compressed: Bool, to file: borrowing FileOutput
  ) throws(TensorError) {
    let nameBytes = Array(name.utf8)
    guard nameBytes.count <= UInt16.max else {
      throw TensorError(
        "the name of an archive entry has \(nameBytes.count) bytes, allowed are 65535")
    }
    let checksum = contents.withUnsafeBytes { Zlib.checksum($0) }
    let data =
      compressed
      ? try contents.withUnsafeBytes({ raw in
        Result { () throws(TensorError) in try Zlib.compress(raw, .raw) }
      }).get() : contents
    let sizes = [contents.count, data.count]
    let wideSizes = alwaysWide || sizes.contains { $0 >= Int(UInt32.max) }
    let wideOffset = alwaysWide || offset >= Int(UInt32.max)

    var shared: [UInt8] = []
    // Version 4.5 where zip64 is used, else 2.0; names are UTF-8; the date is 1 January 1980, so
    // that equal tensors give equal files.
    shared.append(littleEndian: UInt16(wideSizes || wideOffset ? 45 : 20))
    shared.append(littleEndian: UInt16(1 << 11))
    shared.append(littleEndian: UInt16(compressed ? 8 : 0))
    shared.append(littleEndian: UInt32(0x0021_0000))
    shared.append(littleEndian: checksum)
    for size in sizes.reversed() {
      shared.append(littleEndian: wideSizes ? UInt32.max : UInt32(size))
    }
    shared.append(littleEndian: UInt16(nameBytes.count))

    var header: [UInt8] = []
    header.append(littleEndian: UInt32(0x0403_4b50))
    header += shared
    let localExtra = wideSizes ? Self.wideRecord(sizes) : []
    header.append(littleEndian: UInt16(localExtra.count))
    header += nameBytes + localExtra
    try file.write(header)
    try file.write(data)

    directory.append(littleEndian: UInt32(0x0201_4b50))
    directory.append(littleEndian: UInt16(3 << 8 | 45))
    directory += shared
    let extra = Self.wideRecord((wideSizes ? sizes : []) + (wideOffset ? [offset] : []))
    directory.append(littleEndian: UInt16(extra.count))
    directory.append(littleEndian: UInt16(0))  // comment
    directory.append(littleEndian: UInt16(0))  // disk
    directory.append(littleEndian: UInt16(0))  // internal attributes
    directory.append(littleEndian: UInt32(0o100_644 << 16))
    directory.append(littleEndian: wideOffset ? UInt32.max : UInt32(offset))
    directory += nameBytes + extra
    offset += header.count + data.count
    count += 1
  }

  private static func wideRecord(_ fields: [Int]) -> [UInt8] {
    guard !fields.isEmpty else { return [] }
    var record: [UInt8] = []
    record.append(littleEndian: UInt16(1))
    record.append(littleEndian: UInt16(8 * fields.count))
    for field in fields { record.append(littleEndian: UInt64(field)) }
    return record
  }

  /// Writes the directory.
  consuming func finish(_ file: borrowing FileOutput) throws(TensorError) {
    var end: [UInt8] = []
    let isWide =
      alwaysWide || count >= Int(UInt16.max) || offset + directory.count >= Int(UInt32.max)
    if isWide {
      end.append(littleEndian: UInt32(0x0606_4b50))
      end.append(littleEndian: UInt64(44))
      end.append(littleEndian: UInt16(3 << 8 | 45))
      end.append(littleEndian: UInt16(45))
      end.append(littleEndian: UInt64(0))  // disks
      end.append(littleEndian: UInt64(count))
      end.append(littleEndian: UInt64(count))
      end.append(littleEndian: UInt64(directory.count))
      end.append(littleEndian: UInt64(offset))
      end.append(littleEndian: UInt32(0x0706_4b50))
      end.append(littleEndian: UInt32(0))
      end.append(littleEndian: UInt64(offset + directory.count))
      end.append(littleEndian: UInt32(1))
    }
    end.append(littleEndian: UInt32(0x0605_4b50))
    end.append(littleEndian: UInt32(0))  // disks
    for _ in 0..<2 { end.append(littleEndian: isWide ? UInt16.max : UInt16(count)) }
    end.append(littleEndian: isWide ? UInt32.max : UInt32(directory.count))
    end.append(littleEndian: isWide ? UInt32.max : UInt32(offset))
    end.append(littleEndian: UInt16(0))
    try file.write(directory)
    try file.write(end)
  }
}
