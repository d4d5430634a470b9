/// Ways to damage a file.
enum Mutation {
  /// Numbers at which lengths, counts and offsets go wrong.
  private static let numbers: [UInt64] = [
    0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    1 << 40, 1 << 53, 1 << 62, UInt64(Int64.max), 1 << 63, UInt64.max - 1, UInt64.max,
  ]

  private static let digits = [
    "0", "1", "-1", "65537", "2147483647", "2147483648", "-2147483649", "4611686018427387904",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "99999999999999999999999", "1e400", "nan",
  ]

  /// The bytes with one to six mutations.
  ///
  /// - Parameter others: where spliced parts come from.
  static func damaged(_ bytes: [UInt8], others: [[UInt8]], _ dice: inout Dice) -> [UInt8] {
    var result = bytes
    for _ in 0...dice.pick([0, 0, 0, 1, 1, 2, 5]) { mutate(&result, others, &dice) }
    return result
  }

  private static func mutate(_ bytes: inout [UInt8], _ others: [[UInt8]], _ dice: inout Dice) {
    guard !bytes.isEmpty else { return }
    switch dice.below(24) {
    case 0..<4: bytes[dice.below(bytes.count)] ^= 1 << UInt8(dice.below(8))
    case 4..<7: bytes[dice.below(bytes.count)] = UInt8(dice.below(256))
    case 7: bytes.removeLast(1 + dice.below(bytes.count))
    case 8: bytes.removeSubrange(range(in: bytes, &dice))
    case 9:
      let part = Array(bytes[range(in: bytes, &dice)])
      bytes.insert(contentsOf: part, at: dice.below(bytes.count + 1))
    case 10, 11:
      let other = dice.pick(others)
      let part = other[range(in: other, &dice)]
      if dice.below(2) == 0 {
        bytes.replaceSubrange(range(in: bytes, &dice), with: part)
      } else {
        bytes.insert(contentsOf: part, at: dice.below(bytes.count + 1))
      }
    case 12..<16: writeNumber(&bytes, &dice)
    case 16: writeVarint(&bytes, &dice)
    case 17..<20: writeDigits(&bytes, &dice)
    default: exchangeWords(&bytes, others, &dice)
    }
  }

  private static func range(in bytes: [UInt8], _ dice: inout Dice) -> Range<Int> {
    let start = dice.below(bytes.count)
    let longest = dice.below(3) == 0 ? bytes.count - start : min(16, bytes.count - start)
    return start..<start + dice.below(longest + 1)
  }

  /// A number of 1 to 8 bytes, in either order.
  private static func writeNumber(_ bytes: inout [UInt8], _ dice: inout Dice) {
    let width = dice.pick([1, 2, 4, 8])
    guard bytes.count >= width else { return }
    // Headers stand at the begin and at the end.
    let near = min(64, bytes.count - width + 1)
    let start =
      switch dice.below(4) {
      case 0: dice.below(near)
      case 1: bytes.count - width - dice.below(near)
      default: dice.below(bytes.count - width + 1)
      }
    let number = dice.pick(numbers)
    let isBigEndian = dice.below(2) == 0
    for index in 0..<width {
      let shift = 8 * (isBigEndian ? width - 1 - index : index)
      bytes[start + index] = UInt8(truncatingIfNeeded: number >> UInt64(shift))
    }
  }

  /// A number as protocol buffers store it.
  private static func writeVarint(_ bytes: inout [UInt8], _ dice: inout Dice) {
    var number = dice.pick(numbers)
    var encoded: [UInt8] = []
    repeat {
      encoded.append(UInt8(number & 0x7F) | (number > 0x7F ? 0x80 : 0))
      number >>= 7
    } while number > 0
    let start = dice.below(bytes.count)
    bytes.replaceSubrange(start..<start + dice.below(2), with: encoded)
  }

  /// A text of lines `key: value` with a few values exchanged for others of the same key, or for
  /// extreme numbers: what is left is still well formed, so that it gets far.
  static func exchanged(_ bytes: [UInt8], others: [[UInt8]], _ dice: inout Dice) -> [UInt8] {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
    let source = dice.below(3) == 0 ? dice.pick(others) : bytes
    let offered = source.split(separator: 10).map(Array.init)
    for _ in 0...dice.pick([0, 0, 1, 2]) {
      let index = dice.below(lines.count)
      guard let colon = lines[index].firstIndex(of: UInt8(ascii: ":")) else { continue }
      let key = Array(lines[index][...colon].drop { $0 == 32 })
      let isNumber = lines[index].last.map { (48...57).contains($0) } ?? false
      if isNumber, dice.below(2) == 0 {
        lines[index] = key + [32] + Array(dice.pick(digits).utf8)
      } else {
        let same = offered.filter { $0.drop { $0 == 32 }.starts(with: key) }
        if !same.isEmpty { lines[index] = dice.pick(same) }
      }
    }
    return Array(lines.joined(separator: [10]))
  }

  /// Digits of a text in place of others; elsewhere a random byte.
  private static func writeDigits(_ bytes: inout [UInt8], _ dice: inout Dice) {
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let start = dice.below(bytes.count)
    guard let first = bytes[start...].firstIndex(where: isDigit) else {
      bytes[start] = UInt8(dice.below(256))
      return
    }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: Array(dice.pick(digits).utf8))
  }

  /// A word of another file in place of one: names, types and numbers that fit by their form only.
  private static func exchangeWords(
    _ bytes: inout [UInt8], _ others: [[UInt8]], _ dice: inout Dice
  ) {
    let other = dice.pick(others)
    guard let old = word(in: bytes, &dice), let new = word(in: other, &dice) else { return }
    bytes.replaceSubrange(old, with: other[new])
  }

  private static func word(in bytes: [UInt8], _ dice: inout Dice) -> Range<Int>? {
    func isLetter(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
    guard let first = bytes[dice.below(bytes.count)...].firstIndex(where: isLetter) else {
      return nil
    }
    let start = bytes[..<first].lastIndex { !isLetter($0) }.map { $0 + 1 } ?? 0
    return start..<(bytes[first...].firstIndex { !isLetter($0) } ?? bytes.count)
  }
}
