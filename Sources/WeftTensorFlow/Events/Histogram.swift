import WeftOps

/// The distribution of numbers in TensorFlow's buckets: around 0, each a tenth wider than the one
/// before it.
public struct Histogram: Hashable, Sendable {
  /// The least number.
  public let minimum: Double
  /// The greatest number.
  public let maximum: Double
  /// How many numbers there are.
  public let count: Double
  /// Their sum.
  public let sum: Double
  /// The sum of their squares.
  public let sumOfSquares: Double
  /// The upper ends of the buckets; each begins where the one before it ends.
  public let limits: [Double]
  /// How many numbers lie in each bucket.
  public let counts: [Double]

  /// The ends of all buckets: ±1e-12 · 1.1ⁿ below 1e20, 0, and the largest numbers.
  static let allLimits: [Double] = {
    var positive: [Double] = []
    var limit = 1e-12
    while limit < 1e20 {
      positive.append(limit)
      limit *= 1.1
    }
    positive.append(.greatestFiniteMagnitude)
    return positive.reversed().map { -$0 } + [0] + positive
  }()

  /// The distribution of some numbers; those that are NaN are left out, infinite ones count as the
  /// largest finite ones.
  public init(_ values: some Sequence<Double>) {
    let all = Self.allLimits
    var buckets = [Double](repeating: 0, count: all.count)
    var (low, high) = (Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude)
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    for given in values where !given.isNaN {
      let value = min(.greatestFiniteMagnitude, max(-.greatestFiniteMagnitude, given))
      buckets[min(Self.upperBound(all, value), all.count - 1)] += 1
      low = min(low, value)
      high = max(high, value)
      count += 1
      sum += value
      squares += value * value
    }
    (minimum, maximum) = (low, high)
    (self.count, self.sum, sumOfSquares) = (count, sum, squares)
    // A run of empty buckets is one bucket.
    var limits: [Double] = []
    var counts: [Double] = []
    var index = 0
    while index < all.count {
      let number = buckets[index]
      var end = all[index]
      index += 1
      if number <= 0 {
        while index < all.count, buckets[index] <= 0 {
          end = all[index]
          index += 1
        }
      }
      limits.append(end)
      counts.append(number)
    }
    self.limits = limits
    self.counts = counts
  }

  init(
    minimum: Double, maximum: Double, count: Double, sum: Double, sumOfSquares: Double,
    limits: [Double], counts: [Double]
  ) {
    (self.minimum, self.maximum, self.count) = (minimum, maximum, count)
    (self.sum, self.sumOfSquares) = (sum, sumOfSquares)
    (self.limits, self.counts) = (limits, counts)
  }

  /// The first bucket whose end is above the value.
  private static func upperBound(_ limits: [Double], _ value: Double) -> Int {
    var (low, high) = (0, limits.count)
    while low < high {
      let middle = (low + high) / 2
      if limits[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
