/// The decimal digits of a finite magnitude: `0.d₁d₂d₃… × 10^exponent`, without leading or
/// trailing zeros. Zero has no digits.
struct DecimalDigits {
  var digits: [UInt8] = []
  var exponent = 0

  /// The digits in a plain or scientific literal such as `-12.5` or `5e-324`.
  init(literal: String) {
    var shift = 0
    var afterPoint = false
    var scanner = literal.utf8.makeIterator()
    while let byte = scanner.next() {
      switch byte {
      case UInt8(ascii: "."): afterPoint = true
      case UInt8(ascii: "e"):
        shift = Int(String(literal.drop { $0 != "e" }.dropFirst())) ?? 0
        while scanner.next() != nil {}
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits.append(byte - UInt8(ascii: "0"))
        if !afterPoint { exponent += 1 }
      default: break
      }
    }
    exponent += shift
    normalize()
  }

  /// All digits of the exact value, of which a binary fraction has finitely many.
  init(exactly value: Double) {
    guard value != 0, value.isFinite else { return }
    let magnitude = value.magnitude
    var significand = magnitude.significandBitPattern
    var power = Int(magnitude.exponentBitPattern) - 1075
    if magnitude.isNormal { significand |= 1 << 52 } else { power += 1 }
    let shift = significand.trailingZeroBitCount
    significand >>= UInt64(shift)
    power += shift
    var number = DecimalInteger(significand)
    for _ in 0..<abs(power) { number.multiply(by: power > 0 ? 2 : 5) }
    digits = number.digits
    exponent = digits.count + min(power, 0)
    normalize()
  }

  private mutating func normalize() {
    let leading = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leading)
    exponent -= leading
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { exponent = 0 }
  }

  /// The digits rounded to so many, to the even neighbour in the middle.
  func rounded(toDigits kept: Int) -> DecimalDigits {
    guard kept < digits.count else { return self }
    var result = self
    guard kept >= 0 else {
      result.digits = []
      result.exponent = 0
      return result
    }
    let rest = digits[kept...]
    let isOdd = kept > 0 && digits[kept - 1] % 2 == 1
    let up = rest[kept] > 5 || (rest[kept] == 5 && (rest.count > 1 || isOdd))
    result.digits = Array(digits[..<kept])
    if up {
      var position = kept - 1
      while position >= 0, result.digits[position] == 9 {
        result.digits[position] = 0
        position -= 1
      }
      if position >= 0 {
        result.digits[position] += 1
      } else {
        result.digits.insert(1, at: 0)
        result.exponent += 1
      }
    }
    result.normalize()
    return result
  }
}

/// A whole number in base 10⁹, just large enough an arithmetic for ``DecimalDigits``.
private struct DecimalInteger {
  private var limbs: [UInt32]

  init(_ value: UInt64) {
    var value = value
    limbs = []
    while value > 0 {
      limbs.append(UInt32(value % 1_000_000_000))
      value /= 1_000_000_000
    }
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * factor + carry
      limbs[index] = UInt32(product % 1_000_000_000)
      carry = product / 1_000_000_000
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  var digits: [UInt8] {
    var result: [UInt8] = []
    for limb in limbs {
      var limb = limb
      for _ in 0..<9 {
        result.append(UInt8(limb % 10))
        limb /= 10
      }
    }
    return result.reversed()
  }
}
