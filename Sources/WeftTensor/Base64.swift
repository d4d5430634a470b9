/// Bytes as text by RFC 4648, with padding.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
    return table
  }()

  static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for i in 0..<3 { group = group << 8 | (i < count ? UInt32(bytes[start + i]) : 0) }
      for i in 0..<4 {
        text.append(
          i <= count ? alphabet[Int(group >> (18 - 6 * UInt32(i)) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil if the text is not in the form that ``encode(_:)`` gives.
  static func decode(_ text: String) -> [UInt8]? {
    let letters = Array(text.utf8)
    guard letters.count % 4 == 0 else { return nil }
    let padding = letters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count / 4 * 3)
    for start in stride(from: 0, to: letters.count, by: 4) {
      let missing = start + 4 == letters.count ? padding : 0
      var group: UInt32 = 0
      for i in 0..<4 {
        let value = i < 4 - missing ? values[Int(letters[start + i])] : 0
        guard value < 64 else { return nil }
        group = group << 6 | UInt32(value)
      }
      for i in 0..<(3 - missing) {
        bytes.append(UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(i))))
      }
      if missing > 0, group << (8 + 8 * UInt32(3 - missing)) != 0 { return nil }
    }
    return bytes
  }
}
