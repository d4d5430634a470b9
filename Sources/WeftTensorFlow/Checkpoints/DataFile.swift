import Glibc
import WeftOps

/// One data file of a checkpoint, open for reading.
struct DataFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private let size: Int

  init(_ prefix: String, shard: Int, of count: Int) throws(CheckpointError) {
    let path = CheckpointPath.data(prefix, shard: shard, of: count)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CheckpointError(.inputOutput, File.failure("open", path).message)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw CheckpointError(.inputOutput, File.failure("inspect", path).message)
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// A tensor of numbers. Memory is taken only after the file was found to hold as much.
  func tensor(_ entry: BundleEntry, _ subject: String) throws(CheckpointError) -> AnyTensor {
    let type = StoredType(rawValue: Int(entry.dtype))
    guard type.byteCount != nil else {
      throw CheckpointError(
        .unsupported, "\(subject) holds \(type), which is not read as a tensor of numbers")
    }
    try checkRange(entry, subject)
    do throws(TensorError) {
      if let element = type.widened {
        var raw = try AnyTensor(uninitialized: .uint8, shape: [Int(entry.size)])
        try read(entry, into: &raw, subject)
        let numbers = raw.withUnsafeBytes { bytes in
          Result { () throws(TensorError) in
            try element.tensor(shape: entry.dimensions, bytes: bytes, bigEndian: false)
          }
        }
        return try numbers.get()
      }
      var tensor = try AnyTensor(
        uninitialized: type.dtype ?? .uint8, shape: entry.dimensions)
      try read(entry, into: &tensor, subject)
      return tensor
    } catch { throw CheckpointError(.damaged, error.message) }
  }

  /// Reads the bytes of an entry into a tensor of that size, and compares the checksum.
  private func read(_ entry: BundleEntry, into tensor: inout AnyTensor, _ subject: String)
    throws(TensorError)
  {
    let offset = Int(entry.offset)
    let result: Result<CRC32C, TensorError> = tensor.withUnsafeMutableBytes { target in
      var done = 0
      while done < target.count {
        let got = pread(
          descriptor, target.baseAddress?.advanced(by: done), target.count - done, offset + done)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          return .failure(
            got < 0 ? File.failure("read", path) : TensorError("'\(path)' became shorter"))
        }
        done += got
      }
      return .success(CRC32C(UnsafeRawBufferPointer(target)))
    }
    guard try result.get().masked == entry.crc32C else {
      throw TensorError("\(subject) in '\(path)' does not have the checksum that was stored")
    }
  }

  private func checkRange(_ entry: BundleEntry, _ subject: String) throws(CheckpointError) {
    guard Int(entry.offset) + Int(entry.size) <= size else {
      throw CheckpointError(
        .damaged,
        "\(subject) lies at \(entry.offset) to \(entry.offset + entry.size) of '\(path)', which has "
          + "\(size) bytes")
    }
  }

  /// The elements of a tensor of text: their lengths, a checksum of the lengths, and the bytes.
  func strings(_ entry: BundleEntry, _ subject: String) throws(CheckpointError) -> [ArraySlice<
    UInt8
  >] {
    func damaged(_ what: String) -> CheckpointError {
      CheckpointError(.damaged, "\(subject) in '\(path)' \(what)")
    }
    try checkRange(entry, subject)
    let count = checkedProduct(entry.dimensions) ?? .max
    // Each element has a byte for its length at least.
    guard count <= Int(entry.size) else {
      throw damaged("has \(count) elements in \(entry.size) bytes")
    }
    let bytes = try bytes(entry)
    var cursor = ByteCursor(bytes)
    var lengths: [Int] = []
    var checksum = CRC32C()
    for _ in 0..<count {
      guard let length = cursor.length() else { throw damaged("has lengths that go beyond it") }
      checksum.extend(Self.lengthBytes(length))
      lengths.append(length)
    }
    guard let stored = cursor.take(4), checksum.masked == Self.number(stored) else {
      throw damaged("does not have the checksum of its lengths that was stored")
    }
    checksum.extend(stored)
    var result: [ArraySlice<UInt8>] = []
    for length in lengths {
      guard let text = cursor.take(length) else { throw damaged("has lengths that go beyond it") }
      checksum.extend(text)
      result.append(text)
    }
    guard cursor.remaining == 0, checksum.masked == entry.crc32C else {
      throw damaged("does not have the checksum that was stored")
    }
    return result
  }

  private func bytes(_ entry: BundleEntry) throws(CheckpointError) -> [UInt8] {
    do throws(TensorError) {
      let offset = Int(entry.offset)
      var failure: TensorError?
      let bytes = [UInt8](unsafeUninitializedCapacity: Int(entry.size)) { buffer, count in
        while count < Int(entry.size) {
          let got = pread(
            descriptor, buffer.baseAddress?.advanced(by: count), Int(entry.size) - count,
            offset + count)
          if got < 0, errno == EINTR { continue }
          guard got > 0 else {
            failure = File.failure("read", path)
            return
          }
          count += got
        }
      }
      if let failure { throw failure }
      return bytes
    } catch { throw CheckpointError(.inputOutput, error.message) }
  }

  /// A length as its checksum counts it: four bytes, or eight where it needs them.
  static func lengthBytes(_ length: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if let short = UInt32(exactly: length) {
      bytes.append(fixed: short)
    } else {
      bytes.append(fixed: UInt64(length))
    }
    return bytes
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
