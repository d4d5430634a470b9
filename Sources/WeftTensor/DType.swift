/// The element type of a tensor.
///
/// Raw values are those of TensorFlow's `DataType`, so that graphs and checkpoints need no table.
/// `float16` and `bfloat16` are storage types: they are fed, fetched, cast and kept in variables;
/// arithmetic on them is done after a cast to `float32`.
///
/// ```swift
/// DType.float32.byteCount  // 4
/// Float.dtype              // .float32
/// ```
public enum DType: UInt8, Sendable, Hashable, Codable, CaseIterable {
  case float32 = 1
  case float64 = 2
  case int32 = 3
  case uint8 = 4
  case int64 = 9
  case bool = 10
  case bfloat16 = 14
  case float16 = 19

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .uint8, .bool: 1
    case .float16, .bfloat16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// Whether arithmetic with real numbers is defined on the type: `float32` and `float64`.
  public var isFloating: Bool { self == .float32 || self == .float64 }

  /// Whether the type holds whole numbers.
  public var isInteger: Bool { self == .int32 || self == .int64 || self == .uint8 }

  /// The Swift type of one element.
  public var scalarType: any TensorScalar.Type {
    switch self {
    case .float32: Float.self
    case .float64: Double.self
    case .int32: Int32.self
    case .uint8: UInt8.self
    case .int64: Int64.self
    case .bool: Bool.self
    case .bfloat16: BFloat16.self
    case .float16: Float16.self
    }
  }

  /// The Swift type of one element where the type has arithmetic, else nil.
  public var numericType: (any NumericScalar.Type)? {
    switch self {
    case .float32: Float.self
    case .float64: Double.self
    case .int32: Int32.self
    case .uint8: UInt8.self
    case .int64: Int64.self
    case .bool, .bfloat16, .float16: nil
    }
  }

  /// The Swift type of one element where the type is differentiable, else nil.
  public var floatingType: (any FloatingScalar.Type)? {
    switch self {
    case .float32: Float.self
    case .float64: Double.self
    default: nil
    }
  }
}

extension DType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int32: "int32"
    case .uint8: "uint8"
    case .int64: "int64"
    case .bool: "bool"
    case .bfloat16: "bfloat16"
    case .float16: "float16"
    }
  }
}
