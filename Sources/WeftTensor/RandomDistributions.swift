import Glibc

/// A ``TensorScalar`` that uniform and normal random numbers are drawn in.
///
/// The numbers are TensorFlow's, bit for bit: see the conversions of each type below.
public protocol RandomScalar: TensorScalar {
  /// How many numbers come of one block of the generator.
  static var valuesPerBlock: Int { get }
  /// The uniform number at a position of a block, in [0, 1).
  static func uniform(_ block: SIMD4<UInt32>, at position: Int) -> Self
  /// A pair of standard normal numbers (Box-Muller, sine first) before rounding to the type.
  static func normalPair(_ block: SIMD4<UInt32>, at pair: Int) -> (first: Double, second: Double)
}

extension Float: RandomScalar {
  public static var valuesPerBlock: Int { 4 }

  /// A number in [0, 1) from the low 23 bits of a word.
  public static func uniform(_ word: UInt32) -> Float {
    Float(bitPattern: 0x3F80_0000 | (word & 0x7F_FFFF)) - 1
  }

  public static func uniform(_ block: SIMD4<UInt32>, at position: Int) -> Float {
    uniform(block[position])
  }

  public static func normalPair(
    _ block: SIMD4<UInt32>, at pair: Int
  ) -> (first: Double, second: Double) {
    let floor: Float = 1e-7
    let u = Swift.max(uniform(block[2 * pair]), floor)
    let angle = Float(2 * Double.pi * Double(uniform(block[2 * pair + 1])))
    let radius = (-2 * PhiloxFunctions.log(u)).squareRoot()
    let (sine, cosine) = PhiloxFunctions.sineAndCosine(angle)
    return (Double(sine * radius), Double(cosine * radius))
  }
}

extension Double: RandomScalar {
  public static var valuesPerBlock: Int { 2 }

  /// A number in [0, 1) from 20 bits of one word and all of another.
  public static func uniform(_ high: UInt32, _ low: UInt32) -> Double {
    let mantissa = UInt64(high & 0xF_FFFF) << 32 | UInt64(low)
    return Double(bitPattern: 0x3FF0_0000_0000_0000 | mantissa) - 1
  }

  public static func uniform(_ block: SIMD4<UInt32>, at position: Int) -> Double {
    uniform(block[2 * position], block[2 * position + 1])
  }

  public static func normalPair(
    _ block: SIMD4<UInt32>, at pair: Int
  ) -> (first: Double, second: Double) {
    let u = Swift.max(uniform(block[0], block[1]), 1e-7)
    let angle = 2 * Double.pi * uniform(block[2], block[3])
    let radius = (-2 * Glibc.log(u)).squareRoot()
    return (Glibc.sin(angle) * radius, Glibc.cos(angle) * radius)
  }
}

extension Float16: RandomScalar {
  public static var valuesPerBlock: Int { 4 }
  public static func uniform(_ block: SIMD4<UInt32>, at position: Int) -> Float16 {
    Float16(bitPattern: 0x3C00 | UInt16(truncatingIfNeeded: block[position] & 0x3FF)) - 1
  }
  public static func normalPair(
    _ block: SIMD4<UInt32>, at pair: Int
  ) -> (first: Double, second: Double) {
    Float.normalPair(block, at: pair)
  }
}

extension BFloat16: RandomScalar {
  public static var valuesPerBlock: Int { 4 }
  public static func uniform(_ block: SIMD4<UInt32>, at position: Int) -> BFloat16 {
    BFloat16(Float(block[position] & 0x7F) / 128)
  }
  public static func normalPair(
    _ block: SIMD4<UInt32>, at pair: Int
  ) -> (first: Double, second: Double) {
    Float.normalPair(block, at: pair)
  }
}

extension Philox {
  /// Fills memory with uniform numbers in [0, 1).
  public func fillUniform<S: RandomScalar>(_ target: UnsafeMutableBufferPointer<S>) {
    let width = S.valuesPerBlock
    for start in stride(from: 0, to: target.count, by: width) {
      let words = block(UInt64(start / width))
      for position in 0..<Swift.min(width, target.count - start) {
        target[start + position] = S.uniform(words, at: position)
      }
    }
  }

  /// Fills memory with standard normal numbers.
  public func fillNormal<S: RandomScalar>(_ target: UnsafeMutableBufferPointer<S>) {
    let width = S.valuesPerBlock
    for start in stride(from: 0, to: target.count, by: width) {
      let words = block(UInt64(start / width))
      for pair in 0..<width / 2 {
        let position = start + 2 * pair
        if position >= target.count { break }
        let (first, second) = S.normalPair(words, at: pair)
        target[position] = S(converting: first)
        if position + 1 < target.count { target[position + 1] = S(converting: second) }
      }
    }
  }

  /// Fills memory with standard normal numbers of magnitude below 2: others are drawn again.
  ///
  /// Each group of numbers that a block would give has a stream of its own.
  public func fillTruncatedNormal<S: RandomScalar>(_ target: UnsafeMutableBufferPointer<S>) {
    let width = S.valuesPerBlock
    for start in stride(from: 0, to: target.count, by: width) {
      var stream = advanced(by: UInt64(start / width) * UInt64(64 * width))
      var filled = 0
      fill: while true {
        let words = stream.next()
        for pair in 0..<width / 2 {
          let (first, second) = S.normalPair(words, at: pair)
          for value in [first, second] where Swift.abs(value) < 2 {
            if start + filled < target.count { target[start + filled] = S(converting: value) }
            filled += 1
            if filled == width { break fill }
          }
        }
      }
    }
  }

  /// Fills memory with whole numbers in [low, high), by the remainder of a division.
  public func fillUniform(
    _ target: UnsafeMutableBufferPointer<Int32>, low: Int32, high: Int32
  ) {
    let range = UInt32(bitPattern: high &- low)
    for position in target.indices {
      let rest = range == 0 ? 0 : block(UInt64(position / 4))[position % 4] % range
      target[position] = low &+ Int32(bitPattern: rest)
    }
  }

  /// Fills memory with whole numbers in [low, high), by the remainder of a division.
  public func fillUniform(
    _ target: UnsafeMutableBufferPointer<Int64>, low: Int64, high: Int64
  ) {
    let range = UInt64(bitPattern: high &- low)
    for position in target.indices {
      let words = block(UInt64(position / 2))
      let index = 2 * (position % 2)
      let word = UInt64(words[index]) | UInt64(words[index + 1]) << 32
      target[position] = low &+ Int64(bitPattern: range == 0 ? 0 : word % range)
    }
  }

  /// A random order of the numbers below a count: element `i` is what comes to place `i`.
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<Swift.max(count, 0))
    var words = PhiloxWords(self)
    for place in 0..<Swift.max(order.count - 1, 0) {
      let other = place + Int(words.next() % UInt32(truncatingIfNeeded: order.count - place))
      order.swapAt(place, other)
    }
    return order
  }
}
