/// A key made of numbers and text whose bytes are in the order of what they encode: TensorFlow's
/// `OrderedCode`, by which the parts of partitioned tensors are found.
struct OrderedKey {
  private(set) var bytes: [UInt8] = []

  /// A number from 0: how many bytes it has, then the bytes, the highest first.
  mutating func append(number: UInt64) {
    let digits = Self.digits(number)
    bytes.append(UInt8(digits.count))
    bytes += digits
  }

  /// Text: 0 and 255 are escaped, 0 1 ends it.
  mutating func append(text: String) {
    for byte in text.utf8 {
      bytes.append(byte)
      if byte == 0 { bytes.append(0xFF) }
      if byte == 0xFF { bytes.append(0) }
    }
    bytes += [0, 1]
  }

  /// A number of either sign: the leading bits say how many bytes it has, seven bits each.
  mutating func append(signed number: Int) {
    let value = Int64(number)
    let significant = 64 - (value < 0 ? ~value : value).leadingZeroBitCount
    let count = significant / 7 + 1
    // Ten bytes: the sign, then the number.
    let sign: UInt8 = value < 0 ? 0xFF : 0
    var digits = [sign, sign]
    for shift in stride(from: 56, through: 0, by: -8) {
      digits.append(UInt8(truncatingIfNeeded: value >> Int64(shift)))
    }
    digits = Array(digits.suffix(count))
    // As many ones as bytes, turned around for negative numbers by the sign bits that are there.
    let header = ~(UInt16.max >> UInt16(count))
    digits[0] ^= UInt8(header >> 8)
    if count > 1 { digits[1] ^= UInt8(header & 0xFF) }
    bytes += digits
  }

  private static func digits(_ number: UInt64) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = number
    while rest > 0 {
      digits.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    }
    return digits
  }
}
