import WeftSession

extension AnyTensor {
  /// Evenly spaced numbers from one bound to the other, in row-major order.
  public static func ramp(
    _ shape: [Int], from low: Double = -2, to high: Double = 2, as dtype: DType = .float32
  ) -> AnyTensor {
    let count = shape.reduce(1, *)
    let step = count > 1 ? (high - low) / Double(count - 1) : 0
    return generated(shape, dtype) { low + step * Double($0) }
  }

  /// Numbers drawn evenly from a range by a seeded generator: the same in every run.
  ///
  /// ```swift
  /// let x = AnyTensor.random([13, 5], in: 0.1...3, seed: 4)
  /// ```
  public static func random(
    _ shape: [Int], in range: ClosedRange<Double> = -2...2, seed: UInt64 = 1,
    as dtype: DType = .float32
  ) -> AnyTensor {
    var generator = SeededGenerator(seed: seed)
    return generated(shape, dtype) { _ in
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.nextUniform()
    }
  }

  /// Numbers of which no two are equal, in a seeded random order: for largest elements and sorting,
  /// whose gradients jump at ties.
  public static func distinct(
    _ shape: [Int], spacing: Double = 0.125, seed: UInt64 = 1, as dtype: DType = .float32
  ) -> AnyTensor {
    var generator = SeededGenerator(seed: seed)
    let count = shape.reduce(1, *)
    var order = Array(0..<count)
    for index in 0..<max(count - 1, 0) {
      order.swapAt(index, index + Int(generator.next() % UInt64(count - index)))
    }
    return generated(shape, dtype) { spacing * (Double(order[$0]) - Double(count) / 2) }
  }

  /// Whole numbers in 0..<limit by a seeded generator: indices, class numbers.
  public static func indices(
    _ shape: [Int], below limit: Int, seed: UInt64 = 1, as dtype: DType = .int32
  ) -> AnyTensor {
    var generator = SeededGenerator(seed: seed)
    return generated(shape, dtype) { _ in Double(generator.next() % UInt64(max(limit, 1))) }
  }

  /// Numbers where arithmetic goes wrong first, again and again: NaN, infinities, zeros of both
  /// signs,
  /// the smallest and largest magnitudes, halves.
  public static func special(_ shape: [Int], as dtype: DType = .float32) -> AnyTensor {
    let largest = dtype == .float64 ? Double.greatestFiniteMagnitude : 3.402_823_466_385_288_6e38
    let tiny = dtype == .float64 ? Double.leastNonzeroMagnitude : 1.401_298_464_324_817e-45
    let values: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1, -1, tiny, -tiny, largest, -largest, 0.5, -0.5, 2.5,
      -2.5, 1e-3, 88.5, -88.5,
    ]
    return generated(shape, dtype) { values[$0 % values.count] }
  }

  /// A tensor of given real numbers in row-major order, repeated as often as needed.
  public static func values(
    _ values: [Double], shape: [Int]? = nil, as dtype: DType = .float32
  ) -> AnyTensor {
    generated(shape ?? [values.count], dtype) { values.isEmpty ? 0 : values[$0 % values.count] }
  }

  /// Truth values by a seeded generator.
  public static func truths(_ shape: [Int], seed: UInt64 = 1) -> AnyTensor {
    var generator = SeededGenerator(seed: seed)
    return generated(shape, .bool) { _ in Double(generator.next() & 1) }
  }

  private static func generated(_ shape: [Int], _ dtype: DType, _ value: (Int) -> Double)
    -> AnyTensor
  {
    func open<S: TensorScalar>(_: S.Type) -> AnyTensor {
      let count = shape.reduce(1, *)
      let storage = TensorStorage(byteCount: count * S.dtype.byteCount)
      let scalars = storage.pointer.bindMemory(to: S.self, capacity: count)
      for index in 0..<count { scalars[index] = S(converting: value(index)) }
      return AnyTensor(dtype: S.dtype, shape: shape, storage: storage)
    }
    return open(dtype.scalarType)
  }

  /// The same numbers in another type.
  func converted(to dtype: DType) -> AnyTensor {
    let numbers = doubles
    return Self.generated(shape, dtype) { numbers[$0] }
  }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SeededGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [0, 1).
  mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
