/// A value on the host: an n-dimensional array in row-major order, copied only when changed.
///
/// ```swift
/// let weights: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
/// weights.shape       // [2, 3]
/// weights[1, 2]       // 6
/// weights[0].scalars  // [1, 2, 3]
/// ```
public struct Tensor<Scalar: TensorScalar>: Sendable {
  /// The tensor without its element type.
  public internal(set) var erased: AnyTensor

  @usableFromInline init(unchecked erased: AnyTensor) { self.erased = erased }

  /// A scalar: a tensor of rank 0.
  public init(_ value: Scalar) {
    self.init(repeating: value, checkedShape: [], count: 1)
  }

  /// A vector.
  public init(_ scalars: [Scalar]) {
    let storage = scalars.withUnsafeBytes { TensorStorage(copying: $0) }
    erased = AnyTensor(dtype: Scalar.dtype, shape: [scalars.count], storage: storage)
  }

  /// A tensor of the given shape with the given elements in row-major order.
  ///
  /// Throws ``TensorError`` if the shape does not hold as many elements.
  public init(shape: [Int], scalars: [Scalar]) throws(TensorError) {
    guard shape.allSatisfy({ $0 >= 0 }), checkedProduct(shape) == scalars.count else {
      throw TensorError("\(scalars.count) scalars do not fill a tensor of shape \(shape)")
    }
    let storage = scalars.withUnsafeBytes { TensorStorage(copying: $0) }
    erased = AnyTensor(dtype: Scalar.dtype, shape: shape, storage: storage)
  }

  /// A tensor whose elements are all the same.
  ///
  /// Throws ``TensorError`` if the shape has a negative dimension or is too large.
  public init(repeating value: Scalar, shape: [Int]) throws(TensorError) {
    let memory = try AnyTensor(uninitialized: Scalar.dtype, shape: shape)
    self.init(unchecked: memory)
    withUnsafeMutableScalars { $0.update(repeating: value) }
  }

  private init(repeating value: Scalar, checkedShape shape: [Int], count: Int) {
    let storage = TensorStorage(byteCount: count * MemoryLayout<Scalar>.stride)
    storage.pointer.initializeMemory(as: Scalar.self, repeating: value, count: count)
    erased = AnyTensor(dtype: Scalar.dtype, shape: shape, storage: storage)
  }

  /// A tensor of zeros (false for `Bool`).
  ///
  /// Throws ``TensorError`` if the shape has a negative dimension or is too large.
  public static func zeros(_ shape: [Int]) throws(TensorError) -> Tensor {
    try Tensor(repeating: Scalar.zeroValue, shape: shape)
  }

  /// The dimensions; empty for a scalar.
  public var shape: [Int] { erased.shape }
  /// The number of dimensions.
  public var rank: Int { erased.shape.count }
  /// The number of elements.
  public var count: Int { erased.count }

  /// The elements in row-major order.
  public var scalars: [Scalar] { withUnsafeScalars { Array($0) } }

  /// The only element of a tensor that has one, whatever its rank; nil for any other.
  public var scalar: Scalar? { count == 1 ? withUnsafeScalars { $0[0] } : nil }

  /// Reads the elements in place.
  @inlinable public func withUnsafeScalars<R>(_ body: (UnsafeBufferPointer<Scalar>) throws -> R)
    rethrows -> R
  {
    try erased.withUnsafeBytes { try body($0.assumingMemoryBound(to: Scalar.self)) }
  }

  /// Changes the elements in place; makes a copy first if another tensor shares them.
  public mutating func withUnsafeMutableScalars<R>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> R
  ) rethrows -> R {
    try erased.withUnsafeMutableBytes { try body($0.assumingMemoryBound(to: Scalar.self)) }
  }

  /// The same elements under another shape; one dimension may be -1: it is worked out.
  ///
  /// Throws ``TensorError`` if the numbers of elements differ.
  public func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
    var shape = shape
    if let free = shape.firstIndex(of: -1) {
      let known = shape.enumerated().reduce(1) { $1.offset == free ? $0 : $0 &* $1.element }
      if known > 0, count % known == 0 { shape[free] = count / known }
    }
    return Tensor(unchecked: try erased.reshaped(shape))
  }

  /// The elements converted to another type: truncated to integers, rounded to floats.
  @inlinable public func cast<Other: TensorScalar>(to _: Other.Type) -> Tensor<Other> {
    map { Other(converting: $0.asDouble) }
  }

  /// A tensor of the same shape with each element transformed.
  @inlinable public func map<Other: TensorScalar>(_ transform: (Scalar) throws -> Other) rethrows
    -> Tensor<Other>
  {
    let storage = TensorStorage(byteCount: count * MemoryLayout<Other>.stride)
    let target = storage.pointer.assumingMemoryBound(to: Other.self)
    try withUnsafeScalars { source in
      for index in source.indices { target[index] = try transform(source[index]) }
    }
    return Tensor<Other>(
      unchecked: AnyTensor(dtype: Other.dtype, shape: shape, storage: storage))
  }
}

extension Tensor: Equatable {
  /// Same shape and equal elements.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    return a.withUnsafeScalars { x in b.withUnsafeScalars { x.elementsEqual($0) } }
  }
}

extension Tensor: Hashable {
  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    withUnsafeScalars { for value in $0 { hasher.combine(value) } }
  }
}
