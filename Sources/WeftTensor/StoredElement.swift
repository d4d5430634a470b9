/// A number format of tensor files, more of them than there are element types.
package enum StoredElement: Sendable {
  case bool, uint8, uint16, uint32, uint64, int8, int16, int32, int64, float16, float32, float64

  /// The size of one number in the file.
  package var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// The element type that holds every value; `uint64` is checked value by value.
  package var dtype: DType {
    switch self {
    case .bool: .bool
    case .uint8: .uint8
    case .int8, .int16, .uint16, .int32: .int32
    case .uint32, .int64, .uint64: .int64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// A tensor from the numbers in a file; there must be exactly as many as the shape holds.
  package func tensor(
    shape: [Int], bytes: UnsafeRawBufferPointer, bigEndian: Bool
  ) throws(TensorError) -> AnyTensor {
    let (needed, overflow) = (checkedProduct(shape) ?? .max)
      .multipliedReportingOverflow(by: byteCount)
    guard !overflow, needed == bytes.count else {
      throw TensorError(
        "an array of shape \(shape) needs \(overflow ? "far more" : "\(needed)") bytes; there are "
          + "\(bytes.count)")
    }
    var tensor = try AnyTensor(uninitialized: dtype, shape: shape)
    var tooLarge: UInt64?
    tensor.withUnsafeMutableBytes { target in
      func convert<From: FixedWidthInteger & BitwiseCopyable, To>(
        _: From.Type, _: To.Type, _ body: (From) -> To
      ) {
        let output = target.assumingMemoryBound(to: To.self)
        for i in output.indices {
          let raw = bytes.loadUnaligned(
            fromByteOffset: i * MemoryLayout<From>.size, as: From.self)
          output[i] = body(bigEndian ? raw.bigEndian : raw.littleEndian)
        }
      }
      switch self {
      case .bool: convert(UInt8.self, Bool.self) { $0 != 0 }
      case .uint8: target.copyMemory(from: bytes)
      case .int8: convert(Int8.self, Int32.self) { Int32($0) }
      case .int16: convert(Int16.self, Int32.self) { Int32($0) }
      case .uint16: convert(UInt16.self, Int32.self) { Int32($0) }
      case .uint32: convert(UInt32.self, Int64.self) { Int64($0) }
      case .uint64:
        convert(UInt64.self, Int64.self) {
          if $0 > UInt64(Int64.max) { tooLarge = $0 }
          return Int64(truncatingIfNeeded: $0)
        }
      case .float16: convert(UInt16.self, UInt16.self) { $0 }
      case .int32, .float32: convert(UInt32.self, UInt32.self) { $0 }
      case .int64, .float64: convert(UInt64.self, UInt64.self) { $0 }
      }
    }
    if let tooLarge {
      throw TensorError("the unsigned number \(tooLarge) does not fit in int64")
    }
    return tensor
  }
}
