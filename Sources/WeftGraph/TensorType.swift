@_exported import WeftTensor

/// The element type of a symbolic tensor and its shape as far as it is known.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// The element type.
  public var dtype: DType
  /// The shape, perhaps partly known.
  public var shape: TensorShape

  /// A type.
  public init(_ dtype: DType, _ shape: TensorShape) {
    self.dtype = dtype
    self.shape = shape
  }

  /// The size in bytes where the shape is complete and the size representable.
  public var byteCount: Int? {
    guard let count = shape.elementCount else { return nil }
    let (size, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
    return overflow ? nil : size
  }

  /// Throws unless some tensor may have the shape: no dimension is negative, and the size of a complete
  /// one is below 16 TiB, which leaves room for sums of sizes.
  public func checkSize() throws(OpFailure) {
    if let bad = shape.dimensions?.first(where: { ($0 ?? 0) < 0 }), let bad {
      throw OpFailure("a dimension cannot be \(bad): \(shape)", code: .invalidShape)
    }
    guard shape.isComplete else { return }
    guard let byteCount, byteCount < 1 << 44 else {
      throw OpFailure("a tensor of shape \(shape) does not fit in memory", code: .outOfMemory)
    }
  }

  /// `float32[?, 784]`.
  public var description: String {
    shape.dimensions == nil ? "\(dtype)\(shape)" : "\(dtype)\(shape)"
  }
}
