import WeftOps

/// The element type of a tensor in a checkpoint. TensorFlow has more of them than a graph here
/// computes with.
public struct StoredType: Hashable, Sendable, CustomStringConvertible {
  /// TensorFlow's number for it.
  public let rawValue: Int

  /// The type with TensorFlow's number.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The type of a tensor.
  public init(_ dtype: DType) { rawValue = Int(dtype.rawValue) }

  /// Text or other bytes of any length.
  public static let string = StoredType(rawValue: 7)

  /// The same type as a graph has it; nil where it has none.
  public var dtype: DType? { UInt8(exactly: rawValue).flatMap(DType.init(rawValue:)) }

  /// How numbers that only files have are read: widened, as from NumPy files.
  var widened: StoredElement? {
    switch rawValue {
    case 5: .int16
    case 6: .int8
    case 10: .bool
    case 17: .uint16
    case 22: .uint32
    case 23: .uint64
    default: nil
    }
  }

  /// The size of one element in bytes; nil for text and for types that are not read.
  public var byteCount: Int? { dtype?.byteCount ?? widened?.byteCount }

  public var description: String {
    if let dtype { return dtype.description }
    let names = [
      5: "int16", 6: "int8", 7: "string", 8: "complex64", 11: "qint8", 12: "quint8", 13: "qint32",
      15: "qint16", 16: "quint16", 17: "uint16", 18: "complex128", 20: "resource", 21: "variant",
      22: "uint32", 23: "uint64",
    ]
    return names[rawValue] ?? "type \(rawValue)"
  }
}
