/// A Swift type that can be the element of a ``Tensor``.
///
/// `Float`, `Double`, `Int32`, `Int64`, `UInt8`, `Bool`, and for storage `Float16` and ``BFloat16``.
public protocol TensorScalar: Sendable, Hashable, BitwiseCopyable {
  /// The element type's tag.
  static var dtype: DType { get }
  /// The value that fresh memory of this type holds: zero, or false.
  static var zeroValue: Self { get }
  /// The nearest value to a real number; a `Bool` is true unless the number is 0.
  init(converting value: Double)
  /// The value as a real number; true is 1.
  var asDouble: Double { get }
}

/// A ``TensorScalar`` with arithmetic: all but `Bool` and the storage types.
public protocol NumericScalar: TensorScalar, Numeric, Comparable {
  /// Whether the value is not a number. Always false for integers.
  var isNotANumber: Bool { get }
  /// Sum that wraps on overflow for integers.
  static func wrappingAdd(_ a: Self, _ b: Self) -> Self
  /// Difference that wraps on overflow for integers.
  static func wrappingSubtract(_ a: Self, _ b: Self) -> Self
  /// Product that wraps on overflow for integers.
  static func wrappingMultiply(_ a: Self, _ b: Self) -> Self
  /// The smallest value: minus infinity, or the integer minimum.
  static var lowest: Self { get }
  /// The largest value: infinity, or the integer maximum.
  static var highest: Self { get }
}

/// A ``NumericScalar`` that has gradients: `Float` and `Double`.
public protocol FloatingScalar: NumericScalar, BinaryFloatingPoint {}

/// A ``NumericScalar`` that can index: `Int32` and `Int64`.
public protocol IndexScalar: NumericScalar, FixedWidthInteger {}

extension Float: FloatingScalar {
  public static var dtype: DType { .float32 }
}
extension Double: FloatingScalar {
  public static var dtype: DType { .float64 }
}

extension FloatingScalar {
  @inlinable public static var zeroValue: Self { 0 }
  @inlinable public init(converting value: Double) { self.init(value) }
  @inlinable public var asDouble: Double { Double(self) }
  @inlinable public var isNotANumber: Bool { isNaN }
  @inlinable public static func wrappingAdd(_ a: Self, _ b: Self) -> Self { a + b }
  @inlinable public static func wrappingSubtract(_ a: Self, _ b: Self) -> Self { a - b }
  @inlinable public static func wrappingMultiply(_ a: Self, _ b: Self) -> Self { a * b }
  @inlinable public static var lowest: Self { -.infinity }
  @inlinable public static var highest: Self { .infinity }
}

extension Int32: IndexScalar {
  public static var dtype: DType { .int32 }
}
extension Int64: IndexScalar {
  public static var dtype: DType { .int64 }
}
extension UInt8: NumericScalar {
  public static var dtype: DType { .uint8 }
}

extension NumericScalar where Self: FixedWidthInteger {
  @inlinable public static var zeroValue: Self { 0 }
  /// Truncates towards zero; what lies outside the range becomes the nearest bound, NaN becomes 0.
  @inlinable public init(converting value: Double) {
    if value.isNaN {
      self = 0
    } else if value >= Double(Self.max) {
      self = .max
    } else if value <= Double(Self.min) {
      self = .min
    } else {
      self.init(value)
    }
  }
  @inlinable public var asDouble: Double { Double(self) }
  @inlinable public var isNotANumber: Bool { false }
  @inlinable public static func wrappingAdd(_ a: Self, _ b: Self) -> Self { a &+ b }
  @inlinable public static func wrappingSubtract(_ a: Self, _ b: Self) -> Self { a &- b }
  @inlinable public static func wrappingMultiply(_ a: Self, _ b: Self) -> Self { a &* b }
  @inlinable public static var lowest: Self { .min }
  @inlinable public static var highest: Self { .max }
}

extension Bool: TensorScalar {
  public static var dtype: DType { .bool }
  public static var zeroValue: Bool { false }
  public init(converting value: Double) { self = value != 0 }
  public var asDouble: Double { self ? 1 : 0 }
}

extension Float16: TensorScalar {
  public static var dtype: DType { .float16 }
  public static var zeroValue: Float16 { 0 }
  public init(converting value: Double) { self.init(value) }
  public var asDouble: Double { Double(self) }
}

/// The upper half of a `Float`: eight exponent bits and seven of the significand. Storage only.
public struct BFloat16: TensorScalar {
  /// The sixteen bits.
  public var bitPattern: UInt16

  /// The value with the given bits.
  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// The nearest value, ties to even; NaN stays NaN.
  public init(_ value: Float) {
    let bits = value.bitPattern
    if value.isNaN {
      bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
    } else {
      bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }
  }

  /// The value, which `Float` holds exactly.
  public var floatValue: Float { Float(bitPattern: UInt32(bitPattern) << 16) }

  public static var dtype: DType { .bfloat16 }
  public static var zeroValue: BFloat16 { BFloat16(bitPattern: 0) }
  public init(converting value: Double) { self.init(Float(value)) }
  public var asDouble: Double { Double(floatValue) }
}
