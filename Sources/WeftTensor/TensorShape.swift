/// The shape of a tensor as far as it is known: complete, partly known, or of unknown rank.
///
/// ```swift
/// let images: TensorShape = [nil, 784]  // any number of rows
/// images.rank                           // 2
/// images.isComplete                     // false
/// ```
public struct TensorShape: Hashable, Sendable {
  /// The dimensions, nil where one is unknown; nil as a whole where the rank is unknown.
  public let dimensions: [Int?]?

  /// A shape of known rank.
  public init(_ dimensions: [Int?]) { self.dimensions = dimensions }

  /// A complete shape.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  private init(unknownRank: Void) { dimensions = nil }

  /// The shape of which nothing is known, not even the rank.
  public static let unknown = TensorShape(unknownRank: ())

  /// The shape of a single value: rank 0.
  public static let scalar = TensorShape([Int]())

  /// The most dimensions that a shape in a graph has: TensorFlow's limit.
  public static let largestRank = 254

  /// A shape of known rank whose dimensions are all unknown; ``unknown`` for a rank that no tensor has.
  public static func unknown(rank: Int) -> TensorShape {
    rank > largestRank ? .unknown : TensorShape([Int?](repeating: nil, count: max(rank, 0)))
  }

  /// The number of dimensions, where known.
  public var rank: Int? { dimensions?.count }

  /// The dimensions as plain numbers, where all are known.
  public var complete: [Int]? {
    guard let dimensions else { return nil }
    var result: [Int] = []
    result.reserveCapacity(dimensions.count)
    for dimension in dimensions {
      guard let dimension else { return nil }
      result.append(dimension)
    }
    return result
  }

  /// Whether every dimension is known.
  public var isComplete: Bool { dimensions?.allSatisfy { $0 != nil } ?? false }

  /// The number of elements, where known and representable.
  public var elementCount: Int? { complete.flatMap(checkedProduct) }

  /// One dimension, counted from the end if negative; nil where unknown or absent.
  public subscript(axis: Int) -> Int? {
    guard let dimensions else { return nil }
    let index = axis < 0 ? axis + dimensions.count : axis
    return dimensions.indices.contains(index) ? dimensions[index] : nil
  }

  /// Whether some complete shape agrees with both.
  public func isCompatible(with other: TensorShape) -> Bool {
    guard let a = dimensions, let b = other.dimensions else { return true }
    return a.count == b.count && zip(a, b).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  /// What is known when both shapes hold, or nil if they contradict each other.
  public func merged(with other: TensorShape) -> TensorShape? {
    guard let a = dimensions else { return other }
    guard let b = other.dimensions else { return self }
    guard isCompatible(with: other) else { return nil }
    return TensorShape(zip(a, b).map { $0 ?? $1 })
  }

  /// The shapes one after the other: `[2, 3].appending([4])` is `[2, 3, 4]`.
  public func appending(_ other: TensorShape) -> TensorShape {
    guard let a = dimensions, let b = other.dimensions else { return .unknown }
    return TensorShape(a + b)
  }
}

extension TensorShape: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int?...) { dimensions = elements }
}

extension TensorShape: CustomStringConvertible {
  /// `[?, 784]`, `[]` for a scalar, `<unknown>` where the rank is unknown.
  public var description: String {
    guard let dimensions else { return "<unknown>" }
    return "[" + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
  }
}

/// The product of non-negative dimensions, or nil on overflow.
public func checkedProduct(_ dimensions: [Int]) -> Int? {
  var product = 1
  for dimension in dimensions {
    let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
    if overflow || dimension < 0 { return dimensions.contains(0) ? 0 : nil }
    product = value
  }
  return product
}

/// Row-major strides in elements of a complete shape: `[2, 3, 4]` gives `[12, 4, 1]`.
public func rowMajorStrides(_ dimensions: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: dimensions.count)
  for axis in stride(from: dimensions.count - 2, through: 0, by: -1) {
    strides[axis] = strides[axis + 1] &* dimensions[axis + 1]
  }
  return strides
}
