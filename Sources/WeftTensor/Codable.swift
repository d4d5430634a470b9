private enum TensorKey: String, CodingKey {
  case dtype, shape, bytes
}

extension AnyTensor: Codable {
  /// Writes the type's raw value, the shape, and the elements' little-endian bytes as base64 text,
  /// which keeps every bit of every number, NaN included.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: TensorKey.self)
    try container.encode(dtype, forKey: .dtype)
    try container.encode(shape, forKey: .shape)
    try container.encode(withUnsafeBytes { Base64.encode($0) }, forKey: .bytes)
  }

  /// Reads what ``encode(to:)`` wrote; throws `DecodingError` for anything else.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: TensorKey.self)
    let dtype = try container.decode(DType.self, forKey: .dtype)
    let shape = try container.decode([Int].self, forKey: .shape)
    func corrupt(_ key: TensorKey, _ message: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: container, debugDescription: message)
    }
    guard let bytes = Base64.decode(try container.decode(String.self, forKey: .bytes)) else {
      throw corrupt(.bytes, "the bytes of a tensor are not base64 text")
    }
    guard shape.allSatisfy({ $0 >= 0 }), let count = checkedProduct(shape),
      !count.multipliedReportingOverflow(by: dtype.byteCount).overflow,
      count * dtype.byteCount == bytes.count
    else {
      throw corrupt(.shape, "\(bytes.count) bytes do not fill a \(dtype) tensor of shape \(shape)")
    }
    guard dtype != .bool || bytes.allSatisfy({ $0 <= 1 }) else {
      throw corrupt(.bytes, "a bool tensor has bytes other than 0 and 1")
    }
    self.init(
      dtype: dtype, shape: shape, storage: bytes.withUnsafeBytes { TensorStorage(copying: $0) })
  }
}

extension Tensor: Codable {
  /// Writes the tensor as ``AnyTensor/encode(to:)`` does.
  public func encode(to encoder: any Encoder) throws { try erased.encode(to: encoder) }

  /// Reads what ``encode(to:)`` wrote; throws `DecodingError` for anything else, another type too.
  public init(from decoder: any Decoder) throws {
    let erased = try AnyTensor(from: decoder)
    guard let typed = erased.typed(Scalar.self) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a \(erased.dtype) tensor where \(Scalar.dtype) was expected"))
    }
    self = typed
  }
}

extension TensorShape: Codable {
  /// Writes an array with null for unknown dimensions, or null for an unknown rank.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let dimensions { try container.encode(dimensions) } else { try container.encodeNil() }
  }

  /// Reads what ``encode(to:)`` wrote; throws `DecodingError` for a negative dimension.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .unknown
      return
    }
    let dimensions = try container.decode([Int?].self)
    guard dimensions.allSatisfy({ $0 ?? 0 >= 0 }) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a negative dimension in the shape \(dimensions)")
    }
    self.init(dimensions)
  }
}
