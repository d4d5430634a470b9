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

  /// The size in bytes where the shape is complete.
  public var byteCount: Int? { shape.elementCount.map { $0 * dtype.byteCount } }

  /// `float32[?, 784]`.
  public var description: String {
    shape.dimensions == nil ? "\(dtype)\(shape)" : "\(dtype)\(shape)"
  }
}
