extension AnyTensor {
  /// The array in the bytes of a NumPy `.npy` file.
  ///
  /// Versions 1 to 3, either byte order, row-major and Fortran order. `int8`, `int16` and `uint16`
  /// become `int32`; `uint32` and `uint64` become `int64`. Throws ``TensorError`` for other element
  /// types, an unsigned number beyond `int64`, and a file that is damaged, too short or too long.
  public init(npy bytes: [UInt8]) throws(TensorError) {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(TensorError) in try AnyTensor(npy: raw) }
    }
    self = try result.get()
  }

  init(npy bytes: UnsafeRawBufferPointer) throws(TensorError) {
    let header = try NPYHeader(bytes)
    let numbers = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
    let shape = header.isFortranOrder ? header.shape.reversed() : header.shape
    let tensor = try header.element.tensor(
      shape: shape, bytes: numbers, bigEndian: header.isBigEndian)
    self = header.isFortranOrder ? try tensor.transposed() : tensor
  }

  /// The array in a NumPy `.npy` file; see ``init(npy:)-([UInt8])``.
  ///
  /// ```swift
  /// let weights = try AnyTensor(npyContentsOf: "weights.npy").typed(Float.self)
  /// ```
  /// Throws ``TensorError`` that names the file.
  public init(npyContentsOf path: String) throws(TensorError) {
    let bytes = try File.read(path)
    do { try self.init(npy: bytes) } catch { throw TensorError("'\(path)': \(error.message)") }
  }

  /// The bytes of a NumPy `.npy` file (version 1.0) with the tensor.
  ///
  /// Throws ``TensorError`` for `bfloat16`, which NumPy does not have.
  public func npyBytes() throws(TensorError) -> [UInt8] {
    var bytes = try NPYHeader.bytes(dtype: dtype, shape: shape)
    bytes.reserveCapacity(bytes.count + byteCount)
    withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes a NumPy `.npy` file; an older file is replaced only when the new one is complete.
  ///
  /// Throws ``TensorError`` for `bfloat16` and if the file cannot be written.
  public func writeNPY(to path: String) throws(TensorError) {
    try File.write(try npyBytes(), to: path)
  }
}

extension Tensor {
  /// The array in a NumPy `.npy` file, which must have this element type.
  ///
  /// Throws ``TensorError`` that names the file.
  public init(npyContentsOf path: String) throws(TensorError) {
    let erased = try AnyTensor(npyContentsOf: path)
    guard let typed = erased.typed(Scalar.self) else {
      throw TensorError("'\(path)': holds \(erased.dtype), expected was \(Scalar.dtype)")
    }
    self = typed
  }

  /// Writes a NumPy `.npy` file; an older file is replaced only when the new one is complete.
  ///
  /// Throws ``TensorError`` for `bfloat16` and if the file cannot be written.
  public func writeNPY(to path: String) throws(TensorError) { try erased.writeNPY(to: path) }
}
