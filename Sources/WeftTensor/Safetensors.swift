/// Files of named arrays in the safetensors format: a JSON header and the bytes behind it.
///
/// ```swift
/// try Safetensors.write(["w": weights.erased, "b": biases.erased], to: "model.safetensors")
/// let tensors = try Safetensors.read(contentsOf: "model.safetensors")
/// ```
public enum Safetensors {
  /// No larger header is read, as in other readers.
  static let largestHeader = 100_000_000

  /// The tensors of a file by name.
  ///
  /// `I8`, `I16` and `U16` become `int32`; `U32` and `U64` become `int64`. Throws ``TensorError`` that
  /// names the file for other element types, and if the file is damaged.
  public static func read(contentsOf path: String) throws(TensorError) -> [String: AnyTensor] {
    let bytes = try File.read(path)
    do { return try read(bytes) } catch { throw TensorError("'\(path)': \(error.message)") }
  }

  /// The tensors in the bytes of a file by name; see ``read(contentsOf:)``.
  public static func read(_ bytes: [UInt8]) throws(TensorError) -> [String: AnyTensor] {
    try parse(bytes).tensors
  }

  /// The texts that a file holds beside its tensors, such as `["format": "pt"]`.
  public static func metadata(_ bytes: [UInt8]) throws(TensorError) -> [String: String] {
    try parse(bytes).metadata
  }

  /// The bytes of a file with the tensors, in the order of their names.
  ///
  /// Throws ``TensorError`` for a tensor named `__metadata__`.
  public static func bytes(
    _ tensors: [String: AnyTensor], metadata: [String: String] = [:]
  ) throws(TensorError) -> [UInt8] {
    var bytes = try header(tensors, metadata)
    for (_, tensor) in sorted(tensors) { tensor.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// Writes a file; an older one is replaced only when the new one is complete.
  ///
  /// Throws ``TensorError`` for a tensor named `__metadata__` and if the file cannot be written.
  public static func write(
    _ tensors: [String: AnyTensor], metadata: [String: String] = [:], to path: String
  ) throws(TensorError) {
    let start = try header(tensors, metadata)
    try File.write(path) { (file) throws(TensorError) in
      try file.write(start)
      for (_, tensor) in sorted(tensors) {
        let result = tensor.withUnsafeBytes { bytes in
          Result { () throws(TensorError) in try file.write(bytes) }
        }
        try result.get()
      }
    }
  }

  /// Wide elements first, so that each tensor lies at a multiple of its elements' size.
  private static func sorted(_ tensors: [String: AnyTensor]) -> [(key: String, value: AnyTensor)] {
    tensors.sorted { a, b in
      let (x, y) = (a.value.dtype.byteCount, b.value.dtype.byteCount)
      return x == y ? a.key < b.key : x > y
    }
  }

  private static func header(_ tensors: [String: AnyTensor], _ metadata: [String: String])
    throws(TensorError) -> [UInt8]
  {
    guard tensors["__metadata__"] == nil else {
      throw TensorError("a tensor in a safetensors file cannot be named '__metadata__'")
    }
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
        .map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in sorted(tensors) {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.byteCount
      members.append(
        "\(JSONText.quoted(name)):{\"dtype\":\"\(tag(of: tensor.dtype))\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(text.count))
    return bytes + text
  }

  private static func tag(of dtype: DType) -> String {
    switch dtype {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .int64: "I64"
    case .uint8: "U8"
    case .bool: "BOOL"
    case .bfloat16: "BF16"
    case .float16: "F16"
    }
  }
}
