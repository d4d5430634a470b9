/// The counter-based random generator Philox 4x32-10 (Salmon et al., 2011), as TensorFlow uses it.
///
/// Block `i` of a stream is a function of the key and the counter plus `i` alone: blocks can be
/// computed in any order and by any number of threads.
///
/// ```swift
/// var generator = Philox(seed: 87_654_321, seed2: 5)
/// let words = generator.next()  // four 32-bit words
/// ```
public struct Philox: Hashable, Sendable {
  /// The key: the seed.
  public var key: UInt64
  /// The counter of the next block; its upper half begins as the second seed.
  public var counter: UInt128

  /// A generator at a place of a stream.
  public init(key: UInt64, counter: UInt128) {
    self.key = key
    self.counter = counter
  }

  /// The generator of a random operation with this pair of seeds, at its beginning.
  public init(seed: Int64, seed2: Int64) {
    key = UInt64(bitPattern: seed)
    counter = UInt128(UInt64(bitPattern: seed2)) << 64
  }

  /// The generator that TensorFlow's stateless operations derive from their seed tensor.
  public init(statelessSeed seed: Int64, _ seed2: Int64) {
    let mixer = Philox(
      key: 0x0246_1E29_3EC8_F720,
      counter: UInt128(UInt64(bitPattern: seed2)) << 64 | UInt128(UInt64(bitPattern: seed)))
    let words = mixer.block(0)
    key = UInt64(words[1]) << 32 | UInt64(words[0])
    counter = UInt128(UInt64(words[3]) << 32 | UInt64(words[2])) << 64
  }

  /// The block that lies so many blocks ahead; the generator stays where it is.
  public func block(_ offset: UInt64) -> SIMD4<UInt32> {
    Self.block(key: key, counter: counter &+ UInt128(offset))
  }

  /// The next block; the generator moves on by one.
  public mutating func next() -> SIMD4<UInt32> {
    defer { counter &+= 1 }
    return Self.block(key: key, counter: counter)
  }

  /// Moves on by so many blocks.
  public mutating func skip(_ blocks: UInt64) { counter &+= UInt128(blocks) }

  /// The generator so many blocks ahead.
  public func advanced(by blocks: UInt64) -> Philox {
    Philox(key: key, counter: counter &+ UInt128(blocks))
  }

  /// Ten rounds of the cipher over one counter.
  public static func block(key: UInt64, counter: UInt128) -> SIMD4<UInt32> {
    var key0 = UInt32(truncatingIfNeeded: key)
    var key1 = UInt32(truncatingIfNeeded: key >> 32)
    var c0 = UInt32(truncatingIfNeeded: counter)
    var c1 = UInt32(truncatingIfNeeded: counter >> 32)
    var c2 = UInt32(truncatingIfNeeded: counter >> 64)
    var c3 = UInt32(truncatingIfNeeded: counter >> 96)
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) &* UInt64(c0)
      let second = UInt64(0xCD9E_8D57) &* UInt64(c2)
      c0 = UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ key0
      c2 = UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ key1
      c1 = UInt32(truncatingIfNeeded: second)
      c3 = UInt32(truncatingIfNeeded: first)
      key0 &+= 0x9E37_79B9
      key1 &+= 0xBB67_AE85
    }
    return SIMD4(c0, c1, c2, c3)
  }
}

/// The words of a Philox stream one after another, four to a block.
public struct PhiloxWords: Sendable {
  private var generator: Philox
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// The words from the generator's place on.
  public init(_ generator: Philox) { self.generator = generator }

  /// The next word.
  public mutating func next() -> UInt32 {
    if used == 4 {
      block = generator.next()
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// Two words as one number, the first in its lower half.
  public mutating func next64() -> UInt64 {
    let low = UInt64(next())
    return low | UInt64(next()) << 32
  }

  /// A real number in [0, 1) from two words, with 52 random bits.
  public mutating func nextUniform() -> Double {
    let high = next()
    return Double.uniform(high, next())
  }

  /// A whole number below a positive bound, without bias.
  public mutating func next(below bound: UInt64) -> UInt64 {
    if bound & (bound &- 1) == 0 { return next64() & (bound &- 1) }
    let rejected = UInt64.max % bound &+ 1
    while true {
      let value = next64()
      if value >= rejected { return value % bound }
    }
  }
}
