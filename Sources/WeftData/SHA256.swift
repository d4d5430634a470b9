/// The Secure Hash Algorithm with 256 bits (FIPS 180-4).
struct SHA256 {
  // The first 32 bits of the fractional parts of the cube and square roots of the first primes.
  private static let roundConstants: [UInt32] = fractions(count: 64) { cubeRootFraction($0) }
  private static let initialState: [UInt32] = fractions(count: 8) { squareRootFraction($0) }

  private static func fractions(count: Int, _ fraction: (UInt64) -> UInt32) -> [UInt32] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map(fraction)
  }

  /// `floor(sqrt(n) · 2³²)` modulo 2³², by bisection in whole numbers.
  private static func squareRootFraction(_ number: UInt64) -> UInt32 {
    largest { root in
      let square = root.multipliedFullWidth(by: root)
      return square.high < number || (square.high == number && square.low == 0)
    }
  }

  /// `floor(cbrt(n) · 2³²)` modulo 2³², by bisection in whole numbers.
  private static func cubeRootFraction(_ number: UInt64) -> UInt32 {
    largest { root in
      // root³ ≤ n · 2⁹⁶ with root below 2³⁶, compared in words of 32 bits.
      let square = root.multipliedFullWidth(by: root)
      let low = square.low.multipliedFullWidth(by: root)
      let high = square.high * root
      let (middle, carry) = low.high.addingReportingOverflow(high)
      let limit = number << 32
      return !carry && (middle < limit || (middle == limit && low.low == 0))
    }
  }

  private static func largest(where holds: (UInt64) -> Bool) -> UInt32 {
    var root: UInt64 = 0
    for bit in (0..<37).reversed() where holds(root | 1 << UInt64(bit)) { root |= 1 << UInt64(bit) }
    return UInt32(truncatingIfNeeded: root)
  }

  /// The hash in lowercase hexadecimal digits.
  static func hexadecimal(of bytes: [UInt8]) -> String {
    var state = initialState
    let whole = bytes.count / 64 * 64
    var tail = Array(bytes[whole...]) + [0x80]
    tail += [UInt8](repeating: 0, count: (120 - tail.count) % 64)
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: (UInt64(bytes.count) * 8) >> UInt64(shift)))
    }
    bytes.withUnsafeBytes { compress(UnsafeRawBufferPointer(rebasing: $0[..<whole]), &state) }
    tail.withUnsafeBytes { compress($0, &state) }
    let digest = state.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
    return WeftData.hexadecimal(digest, separator: "", uppercase: false)
  }

  private static func compress(_ bytes: UnsafeRawBufferPointer, _ state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      roundConstants.withUnsafeBufferPointer { constants in
        var s = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7])
        for block in stride(from: 0, to: bytes.count, by: 64) {
          expand(bytes, at: block, into: words)
          var (a, b, c, d, e, f, g, h) = s
          for i in 0..<64 {
            let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let choice = (e & f) ^ (~e & g)
            let first = h &+ sum1 &+ choice &+ constants[i] &+ words[i]
            let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let second = sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
          }
          s = (
            s.0 &+ a, s.1 &+ b, s.2 &+ c, s.3 &+ d, s.4 &+ e, s.5 &+ f, s.6 &+ g, s.7 &+ h
          )
        }
        state = [s.0, s.1, s.2, s.3, s.4, s.5, s.6, s.7]
      }
    }
  }

  private static func expand(
    _ bytes: UnsafeRawBufferPointer, at block: Int, into words: UnsafeMutableBufferPointer<UInt32>
  ) {
    for i in 0..<16 {
      words[i] = bytes.loadUnaligned(fromByteOffset: block + 4 * i, as: UInt32.self).bigEndian
    }
    for i in 16..<64 {
      let (x, y) = (words[i - 15], words[i - 2])
      let small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
      let small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
      words[i] = words[i - 16] &+ small0 &+ words[i - 7] &+ small1
    }
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }
}
