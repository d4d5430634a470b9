import WeftTensor

/// The IDX format of MNIST: a magic number, the dimensions and big-endian numbers.
///
/// The magic number is two zero bytes, a byte for the element type (`08` unsigned bytes, `09` bytes,
/// `0B` short, `0C` int, `0D` float, `0E` double) and the number of dimensions. Files that are
/// compressed by gzip are recognised by their content.
///
/// ```swift
/// let images = try IDX.read(contentsOf: "train-images-idx3-ubyte.gz")
/// images.shape  // [60000, 28, 28]
/// ```
public enum IDX {
  /// The tensor in an IDX file, plain or compressed; signed bytes and shorts become `int32`.
  ///
  /// Throws ``DataError`` that names the file and gives what was expected and what is there.
  public static func read(contentsOf path: String) throws(DataError) -> AnyTensor {
    let bytes = try translating { () throws(TensorError) in try File.read(path) }
    return try inFile(path) { () throws(DataError) in try read(bytes) }
  }

  /// The tensor in the bytes of an IDX file, plain or compressed.
  ///
  /// Throws ``DataError`` that gives what was expected and what is there.
  public static func read(_ bytes: [UInt8]) throws(DataError) -> AnyTensor {
    try parse(try uncompressed(bytes))
  }

  /// The bytes as they are, or decompressed if they are a gzip file.
  static func uncompressed(_ bytes: [UInt8]) throws(DataError) -> [UInt8] {
    guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(TensorError) in try Zlib.decompress(raw, .gzip) }
    }
    return try translating { () throws(TensorError) in try result.get() }
  }

  private static func parse(_ bytes: [UInt8]) throws(DataError) -> AnyTensor {
    guard bytes.count >= 4 else {
      throw DataError("an IDX file has at least 4 bytes; there are \(bytes.count)")
    }
    guard bytes[0] == 0, bytes[1] == 0, let element = element(code: bytes[2]) else {
      throw DataError(
        "not an IDX file: expected the bytes 00 00 and an element type 08, 09, 0B to 0E; found "
          + hexadecimal(bytes[..<3]))
    }
    let rank = Int(bytes[3])
    let start = 4 + 4 * rank
    guard bytes.count >= start else {
      throw DataError(
        "the header of an IDX file of \(rank) dimensions has \(start) bytes; there are "
          + "\(bytes.count)")
    }
    let shape = (0..<rank).map { axis in
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
    }
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(TensorError) in
        try element.tensor(
          shape: shape, bytes: UnsafeRawBufferPointer(rebasing: raw[start...]), bigEndian: true)
      }
    }
    return try translating { () throws(TensorError) in try result.get() }
  }

  private static func element(code: UInt8) -> StoredElement? {
    switch code {
    case 0x08: .uint8
    case 0x09: .int8
    case 0x0B: .int16
    case 0x0C: .int32
    case 0x0D: .float32
    case 0x0E: .float64
    default: nil
    }
  }

  /// The bytes of an IDX file with the tensor.
  ///
  /// Throws ``DataError`` if IDX has no such element type (it has `uint8`, `int32`, `float32` and
  /// `float64`) or a dimension takes more than 32 bits.
  public static func bytes(of tensor: AnyTensor) throws(DataError) -> [UInt8] {
    let code: UInt8
    switch tensor.dtype {
    case .uint8: code = 0x08
    case .int32: code = 0x0C
    case .float32: code = 0x0D
    case .float64: code = 0x0E
    default: throw DataError("IDX files cannot hold \(tensor.dtype): cast the tensor first")
    }
    guard tensor.shape.count < 256, tensor.shape.allSatisfy({ $0 <= Int(UInt32.max) }) else {
      throw DataError("IDX files cannot hold a tensor of shape \(tensor.shape)")
    }
    var bytes: [UInt8] = [0, 0, code, UInt8(tensor.shape.count)]
    for size in tensor.shape {
      for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: size >> shift)) }
    }
    bytes.reserveCapacity(bytes.count + tensor.byteCount)
    let width = tensor.dtype.byteCount
    tensor.withUnsafeBytes { raw in
      for first in stride(from: 0, to: raw.count, by: width) {
        for i in (0..<width).reversed() { bytes.append(raw[first + i]) }
      }
    }
    return bytes
  }

  /// Writes an IDX file, compressed if its name ends in `.gz`; an older file is replaced only when
  /// the new one is complete. Equal tensors give equal files.
  ///
  /// Throws ``DataError`` as ``bytes(of:)`` does and if the file cannot be written.
  public static func write(_ tensor: AnyTensor, to path: String) throws(DataError) {
    let plain = try bytes(of: tensor)
    try translating { () throws(TensorError) in
      guard path.hasSuffix(".gz") else { return try File.write(plain, to: path) }
      let compressed = plain.withUnsafeBytes { raw in
        Result { () throws(TensorError) in try Zlib.compress(raw, .gzip, level: 9) }
      }
      try File.write(try compressed.get(), to: path)
    }
  }
}

/// Bytes as `00 0A FF`.
func hexadecimal(_ bytes: some Sequence<UInt8>, separator: String = " ", uppercase: Bool = true)
  -> String
{
  bytes.map {
    ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: uppercase)
  }.joined(separator: separator)
}
