/// The header of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
struct NPYHeader {
  var element: StoredElement
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]
  /// Where the numbers begin.
  var dataOffset: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy's own limit.
  static let largestRank = 64

  init(_ bytes: UnsafeRawBufferPointer) throws(TensorError) {
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(Self.magic) else {
      throw TensorError("not a .npy file: it does not begin with \\x93NUMPY and a version")
    }
    let version = bytes[6]
    guard (1...3).contains(version), bytes[7] == 0 else {
      throw TensorError(".npy version \(version).\(bytes[7]) is not known; 1.0, 2.0 and 3.0 are")
    }
    let start = version == 1 ? 10 : 12
    guard bytes.count >= start else { throw TensorError("the .npy file ends within its header") }
    let length =
      version == 1
      ? Int(bytes.littleEndian(UInt16.self, at: 8)) : Int(bytes.littleEndian(UInt32.self, at: 8))
    guard length <= bytes.count - start else {
      throw TensorError(
        "the .npy file ends within its header: \(length) bytes declared, "
          + "\(bytes.count - start) present")
    }
    dataOffset = start + length
    var parser = PythonLiteral(bytes[start..<dataOffset])
    let fields = try parser.dictionary()
    guard Set(fields.keys) == ["descr", "fortran_order", "shape"] else {
      throw TensorError(
        "the .npy header has the keys \(fields.keys.sorted()), not descr, fortran_order, shape")
    }
    guard case .text(let descriptor)? = fields["descr"] else {
      throw TensorError("the .npy file holds records; only plain arrays are read")
    }
    guard case .truth(let order)? = fields["fortran_order"],
      case .numbers(let dimensions)? = fields["shape"]
    else { throw TensorError("the .npy header has a wrong fortran_order or shape") }
    guard dimensions.count <= Self.largestRank else {
      throw TensorError(
        "the .npy header has \(dimensions.count) dimensions; at most 64 are allowed")
    }
    (element, isBigEndian) = try Self.element(descriptor)
    isFortranOrder = order
    shape = dimensions
  }

  private static func element(_ descriptor: String) throws(TensorError) -> (StoredElement, Bool) {
    let order = descriptor.first
    let known: StoredElement? =
      switch descriptor.dropFirst() {
      case "b1": .bool
      case "u1": .uint8
      case "u2": .uint16
      case "u4": .uint32
      case "u8": .uint64
      case "i1": .int8
      case "i2": .int16
      case "i4": .int32
      case "i8": .int64
      case "f2": .float16
      case "f4": .float32
      case "f8": .float64
      default: nil
      }
    guard let known, let order, "<>|=".contains(order), order != "|" || known.byteCount == 1 else {
      throw TensorError(
        "the .npy element type '\(descriptor)' is not supported; b1, u1 to u8, i1 to i8 and "
          + "f2 to f8 are")
    }
    return (known, order == ">")
  }

  /// The bytes before the numbers, for an array in row-major order.
  static func bytes(dtype: DType, shape: [Int]) throws(TensorError) -> [UInt8] {
    let descriptor =
      switch dtype {
      case .float32: "<f4"
      case .float64: "<f8"
      case .float16: "<f2"
      case .int32: "<i4"
      case .int64: "<i8"
      case .uint8: "|u1"
      case .bool: "|b1"
      case .bfloat16: throw TensorError("NumPy has no bfloat16: cast the tensor to float32 first")
      }
    guard shape.count <= largestRank else {
      throw TensorError("NumPy arrays have at most 64 dimensions; the tensor has \(shape.count)")
    }
    let dimensions = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count > 1 ? String(dimensions.dropLast()) : dimensions
    let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(tuple)), }"
    // Padded so that the numbers begin at a multiple of 64.
    let padding = 63 - (10 + text.utf8.count) % 64
    var header = magic + [1, 0]
    header.append(littleEndian: UInt16(text.utf8.count + padding + 1))
    header += Array(text.utf8) + [UInt8](repeating: UInt8(ascii: " "), count: padding)
    header.append(UInt8(ascii: "\n"))
    return header
  }
}
