extension Safetensors {
  private static let elements: [String: StoredElement] = [
    "BOOL": .bool, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "I8": .int8,
    "I16": .int16, "I32": .int32, "I64": .int64, "F16": .float16, "F32": .float32, "F64": .float64,
  ]

  /// The tensors and texts of a file. Every range is checked before it is read; ranges that overlap or
  /// leave gaps are refused, so that a small file never stands for much memory.
  static func parse(_ bytes: [UInt8]) throws(TensorError) -> (
    tensors: [String: AnyTensor], metadata: [String: String]
  ) {
    let size = bytes.count >= 8 ? bytes.withUnsafeBytes { $0.littleEndian(UInt64.self, at: 0) } : 0
    guard bytes.count >= 8, size <= UInt64(min(bytes.count - 8, largestHeader)) else {
      throw TensorError(
        "not a safetensors file: a header of \(size) bytes does not fit in \(bytes.count)")
    }
    let dataStart = 8 + Int(size)
    let header = try JSONText.parse(bytes[8..<dataStart])
    guard case .object(let members) = header else {
      throw TensorError("the header of a safetensors file is a JSON object; this one is not")
    }
    var tensors: [String: AnyTensor] = [:]
    var metadata: [String: String] = [:]
    var ranges: [Range<Int>] = []
    for (name, value) in members {
      if name == "__metadata__" {
        metadata = try texts(value)
        continue
      }
      do {
        let (tensor, range) = try tensor(value, bytes, dataStart: dataStart)
        ranges.append(range)
        tensors[name] = tensor
      } catch { throw TensorError("the tensor '\(name)': \(error.message)") }
    }
    var end = 0
    for range in ranges.sorted(by: {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }) {
      guard range.lowerBound == end else {
        throw TensorError("damaged safetensors file: tensors overlap or leave a gap at \(end)")
      }
      end = range.upperBound
    }
    guard end == bytes.count - dataStart else {
      throw TensorError(
        "damaged safetensors file: its tensors have \(end) bytes; there are "
          + "\(bytes.count - dataStart)")
    }
    return (tensors, metadata)
  }

  private static func texts(_ value: JSONText.Value) throws(TensorError) -> [String: String] {
    guard case .object(let members) = value else {
      throw TensorError("damaged safetensors file: '__metadata__' is no object")
    }
    var result: [String: String] = [:]
    for (name, value) in members {
      guard case .string(let text) = value else {
        throw TensorError("damaged safetensors file: the metadata '\(name)' is no text")
      }
      result[name] = text
    }
    return result
  }

  private static func tensor(
    _ value: JSONText.Value, _ bytes: [UInt8], dataStart: Int
  ) throws(TensorError) -> (AnyTensor, Range<Int>) {
    guard case .object(let members) = value, case .string(let tag)? = members["dtype"],
      let shape = numbers(members["shape"]), let offsets = numbers(members["data_offsets"]),
      offsets.count == 2
    else { throw TensorError("has no dtype, shape and data_offsets") }
    guard offsets[0] <= offsets[1], offsets[1] <= bytes.count - dataStart else {
      throw TensorError("lies at \(offsets), and there are \(bytes.count - dataStart) bytes")
    }
    let range = offsets[0]..<offsets[1]
    let result = bytes.withUnsafeBytes { all in
      let part = UnsafeRawBufferPointer(
        rebasing: all[dataStart + offsets[0]..<dataStart + offsets[1]])
      return Result { () throws(TensorError) in try tensor(tag, shape, part) }
    }
    return (try result.get(), range)
  }

  private static func tensor(_ tag: String, _ shape: [Int], _ bytes: UnsafeRawBufferPointer)
    throws(TensorError) -> AnyTensor
  {
    if let element = elements[tag] {
      return try element.tensor(shape: shape, bytes: bytes, bigEndian: false)
    }
    guard tag == "BF16" else { throw TensorError("holds \(tag), which is not read") }
    // The same bytes as those of a half.
    let halves = try StoredElement.float16.tensor(shape: shape, bytes: bytes, bigEndian: false)
    return AnyTensor(dtype: .bfloat16, shape: shape, storage: halves.sharedStorage)
  }

  private static func numbers(_ value: JSONText.Value?) -> [Int]? {
    guard case .array(let elements)? = value else { return nil }
    var result: [Int] = []
    for element in elements {
      guard case .number(let text) = element, let number = Int(text), number >= 0 else {
        return nil
      }
      result.append(number)
    }
    return result
  }
}
