/// A value on the host whose element type is known only at run time.
///
/// ```swift
/// let erased = AnyTensor(Tensor<Float>([1, 2, 3]))
/// erased.dtype                        // .float32
/// let again = erased.typed(Float.self)  // Tensor<Float>?
/// ```
public struct AnyTensor: Sendable {
  /// The element type.
  public let dtype: DType
  /// The dimensions; empty for a scalar.
  public let shape: [Int]
  @usableFromInline var storage: TensorStorage

  /// Uninitialised memory for a tensor; the caller fills it.
  ///
  /// Throws ``TensorError`` if a dimension is negative, the size is not representable, or there is
  /// not enough memory.
  public init(uninitialized dtype: DType, shape: [Int]) throws(TensorError) {
    guard let count = checkedProduct(shape), shape.allSatisfy({ $0 >= 0 }),
      !count.multipliedReportingOverflow(by: dtype.byteCount).overflow
    else { throw TensorError("no tensor can have the shape \(shape)") }
    guard let storage = TensorStorage(allocating: count * dtype.byteCount) else {
      throw TensorError(
        "not enough memory for a tensor of shape \(shape): \(count * dtype.byteCount) bytes")
    }
    self.init(dtype: dtype, shape: shape, storage: storage)
  }

  /// A tensor over a storage that holds at least the needed bytes.
  @inlinable
  public init(dtype: DType, shape: [Int], storage: TensorStorage) {
    self.dtype = dtype
    self.shape = shape
    self.storage = storage
  }

  /// Forgets the element type.
  @inlinable public init<Scalar>(_ tensor: Tensor<Scalar>) { self = tensor.erased }

  /// The tensor with its element type, or nil if it has another.
  @inlinable
  public func typed<Scalar: TensorScalar>(_: Scalar.Type) -> Tensor<Scalar>? {
    dtype == Scalar.dtype ? Tensor(unchecked: self) : nil
  }

  /// The number of elements.
  public var count: Int { checkedProduct(shape) ?? 0 }
  /// The size of the elements in bytes.
  public var byteCount: Int { count * dtype.byteCount }
  /// The bytes' owner.
  public var sharedStorage: TensorStorage { storage }

  /// Reads the bytes.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let bytes = UnsafeRawBufferPointer(start: storage.pointer, count: byteCount)
    defer { withExtendedLifetime(storage) {} }
    return try body(bytes)
  }

  /// Changes the bytes; makes a copy first if another tensor shares them.
  public mutating func withUnsafeMutableBytes<R>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) rethrows -> R {
    makeUnique()
    let bytes = UnsafeMutableRawBufferPointer(start: storage.pointer, count: byteCount)
    defer { withExtendedLifetime(storage) {} }
    return try body(bytes)
  }

  @usableFromInline mutating func makeUnique() {
    if storage.whole != nil || !isKnownUniquelyReferenced(&storage) {
      storage = TensorStorage(
        copying: UnsafeRawBufferPointer(start: storage.pointer, count: byteCount))
    }
  }

  /// The memory of some rows, which must exist: a part of the tensor's own where it is worth it.
  func rowStorage(_ rows: Range<Int>) -> TensorStorage {
    let rowBytes = shape[0] == 0 ? 0 : byteCount / shape[0]
    let (offset, size) = (rows.lowerBound * rowBytes, rows.count * rowBytes)
    // A small part is copied: it would keep the whole in memory.
    if size >= 4096,
      let part = TensorStorage(partOf: storage, offset: offset, byteCount: size)
    {
      return part
    }
    return withUnsafeBytes {
      TensorStorage(copying: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + size]))
    }
  }

  /// The same elements under another shape of as many.
  ///
  /// Throws ``TensorError`` if the number of elements differs.
  public func reshaped(_ shape: [Int]) throws(TensorError) -> AnyTensor {
    guard shape.allSatisfy({ $0 >= 0 }), checkedProduct(shape) == count else {
      throw TensorError(
        "a tensor of shape \(self.shape) (\(count) elements) cannot take the shape \(shape)")
    }
    return AnyTensor(dtype: dtype, shape: shape, storage: storage)
  }

  /// The elements as real numbers, in row-major order.
  public var doubles: [Double] {
    func open<Scalar: TensorScalar>(_: Scalar.Type) -> [Double] {
      Tensor<Scalar>(unchecked: self).withUnsafeScalars { $0.map(\.asDouble) }
    }
    return open(dtype.scalarType)
  }
}

extension AnyTensor: Equatable {
  /// Same type, same shape, equal elements (NaN equals nothing, as always).
  public static func == (a: AnyTensor, b: AnyTensor) -> Bool {
    guard a.dtype == b.dtype, a.shape == b.shape else { return false }
    func open<Scalar: TensorScalar>(_: Scalar.Type) -> Bool {
      Tensor<Scalar>(unchecked: a) == Tensor<Scalar>(unchecked: b)
    }
    return open(a.dtype.scalarType)
  }
}

/// What is wrong with a host tensor or a file of tensors.
public struct TensorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence that gives both values.
  public let message: String
  /// An error with the given sentence.
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}
