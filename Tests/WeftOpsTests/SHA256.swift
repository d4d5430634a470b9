/// SHA-256 (FIPS 180-4) of some bytes in hexadecimal: how vectors give large arrays.
func sha256(_ bytes: [UInt8]) -> String {
  var message = bytes
  message.append(0x80)
  while message.count % 64 != 56 { message.append(0) }
  let bits = UInt64(bytes.count) * 8
  for shift in stride(from: 56, through: 0, by: -8) {
    message.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
  }
  let constants = roundConstants
  var state = initialState
  for start in stride(from: 0, to: message.count, by: 64) {
    var w = [UInt32](repeating: 0, count: 64)
    for i in 0..<64 where i < 16 {
      let byte = start + 4 * i
      let high = UInt32(message[byte]) << 24 | UInt32(message[byte + 1]) << 16
      w[i] = high | UInt32(message[byte + 2]) << 8 | UInt32(message[byte + 3])
    }
    for i in 16..<64 {
      let (x, y) = (w[i - 15], w[i - 2])
      let a = (x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3
      let b = (y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10
      w[i] = w[i - 16] &+ a &+ w[i - 7] &+ b
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let big1 = (e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)
      let first = h &+ big1 &+ ((e & f) ^ (~e & g)) &+ constants[i] &+ w[i]
      let big0 = (a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)
      let second = big0 &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    let s = [a, b, c, d, e, f, g, h]
    for i in 0..<8 { state[i] &+= s[i] }
  }
  return state.map { word in
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }.joined()
}

private let roundConstants = firstPrimes(64).map { fraction(of: Double($0), cube: true) }
private let initialState = firstPrimes(8).map { fraction(of: Double($0), cube: false) }

private func firstPrimes(_ count: Int) -> [Int] {
  var primes: [Int] = []
  var candidate = 2
  while primes.count < count {
    if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
    candidate += 1
  }
  return primes
}

/// The first 32 bits of the fractional part of a square or cube root, by integer search.
private func fraction(of prime: Double, cube: Bool) -> UInt32 {
  // floor(root * 2^32) as the largest integer whose power does not exceed prime * 2^(32 * degree).
  let target = UInt128(prime) << (cube ? 96 : 64)
  var root: UInt128 = 0
  for bit in stride(from: 35, through: 0, by: -1) {
    let candidate = root | (UInt128(1) << UInt128(bit))
    let power = cube ? candidate * candidate * candidate : candidate * candidate
    if power <= target { root = candidate }
  }
  return UInt32(truncatingIfNeeded: root)
}
