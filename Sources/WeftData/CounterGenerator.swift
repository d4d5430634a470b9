/// Random numbers as a function of a key and a counter: the same on every machine, forever.
///
/// The n-th number is the finaliser of SplitMix64 (Steele, Lea, Flood 2014) applied to
/// `key + n · 0x9E3779B97F4A7C15`. Data sets are shuffled by this and never by the system's
/// generator, so that a seed names one order.
struct CounterGenerator {
  private let key: UInt64
  private var counter: UInt64 = 0

  /// A stream of its own for each seed and stream number.
  init(seed: UInt64, stream: UInt64 = 0) {
    key = Self.mix(Self.mix(seed) &+ stream &* 0xD1B5_4A32_D192_ED03)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    counter &+= 1
    return Self.mix(key &+ counter &* 0x9E37_79B9_7F4A_7C15)
  }

  /// The next number below a positive bound, all equally likely.
  mutating func next(below bound: Int) -> Int {
    let bound = UInt64(bound)
    while true {
      let (high, low) = next().multipliedFullWidth(by: bound)
      // Lemire's rejection: the lowest products are over-represented.
      if low >= bound || low >= (0 &- bound) % bound { return Int(high) }
    }
  }

  /// The numbers below a count in random order.
  mutating func permutation(_ count: Int) -> [Int] { shuffled(Array(0..<count)) }

  /// The elements in random order (Fisher and Yates).
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for last in stride(from: result.count - 1, to: 0, by: -1) {
      result.swapAt(last, next(below: last + 1))
    }
    return result
  }
}
