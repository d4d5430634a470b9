import CWeftChecksum

/// Puts the checksums of damaged files right: what a checksum turns away tries no code behind it.
enum Checksums {
  private static func masked(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let value = bytes.withUnsafeBytes { weft_crc32c(0, $0.baseAddress, $0.count) }
    return (value >> 15 | value << 17) &+ 0xa282_ead8
  }

  private static func write(_ value: UInt32, _ bytes: inout [UInt8], at start: Int) {
    for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  private static func read(_ bytes: [UInt8], at start: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
  }

  /// The blocks of a sound table file: each is followed by its kind and its checksum.
  static func blocks(of table: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    var end = 1
    while end + 4 <= table.count - 48 {
      if masked(table[start..<end]) == read(table, at: end) {
        result.append(start..<end)
        start = end + 4
        end = start
      }
      end += 1
    }
    return result
  }

  /// A table of the same layout with right checksums.
  static func repairTable(_ bytes: [UInt8], blocks: [Range<Int>]) -> [UInt8] {
    var result = bytes
    for block in blocks where block.upperBound + 4 <= bytes.count {
      write(masked(result[block]), &result, at: block.upperBound)
    }
    return result
  }

  /// The records' contents of a sound file.
  static func records(of file: [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var start = 0
    while start + 16 <= file.count {
      let length = Int(read(file, at: start))
      guard start + 16 + length <= file.count else { break }
      result.append(Array(file[start + 12..<start + 12 + length]))
      start += 16 + length
    }
    return result
  }

  /// A file of these records.
  static func file(of records: [[UInt8]]) -> [UInt8] {
    var result: [UInt8] = []
    for record in records {
      var frame = (0..<8).map { UInt8(truncatingIfNeeded: record.count >> (8 * $0)) }
      frame += [0, 0, 0, 0]
      write(masked(frame[..<8]), &frame, at: 8)
      result += frame + record + [0, 0, 0, 0]
      write(masked(record[...]), &result, at: result.count - 4)
    }
    return result
  }

  /// The CRC-32 of PNG and zip files.
  static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
        value >> 1 ^ (value & 1 == 0 ? 0 : 0xEDB8_8320)
      }
    }
  }

  /// The picture with right checksums, as far as its chunks can be followed.
  static func repairPNG(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    var start = 8
    while start + 12 <= result.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(result[start + $1]) }
      let end = start + 8 + length
      guard end + 4 <= result.count else { break }
      write(crc32(result[start + 4..<end]).byteSwapped, &result, at: end)
      start = end + 4
    }
    return result
  }
}
