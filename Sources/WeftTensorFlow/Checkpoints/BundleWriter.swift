import Glibc
import SwiftProtobuf
import WeftOps

extension Checkpoint {
  /// Writes a checkpoint: the bytes that TensorFlow writes for the same tensors.
  ///
  /// ```swift
  /// try Checkpoint.write(["w": weights.erased, "b": biases.erased], to: "run1/model")
  /// ```
  /// Each file is complete and on the disk before it takes its name, and the index comes last: whatever
  /// happens, the prefix stands for the old checkpoint or for the new one. Where there is an old one,
  /// the new data gets the other of the names `.data-00000-of-00001` and `.data-00000-of-00002`, so
  /// that the old index never meets new data.
  ///
  /// - Parameters:
  ///   - tensors: the tensors by name.
  ///   - strings: vectors of text by name.
  ///   - prefix: what the files are called before `.index`; the folder must exist.
  ///
  /// Throws ``CheckpointError`` if a name is empty or used twice, and if a file cannot be written; an
  /// old checkpoint is then as it was.
  public static func write(
    _ tensors: [String: AnyTensor], strings: [String: [String]] = [:], to prefix: String
  ) throws(CheckpointError) {
    var values: [String: BundleValue] = tensors.mapValues { .tensor($0) }
    for (name, texts) in strings {
      guard values.updateValue(.strings(texts.map { Array($0.utf8) }), forKey: name) == nil else {
        throw CheckpointError(.invalidArgument, "'\(name)' is both a tensor and text")
      }
    }
    try write(values, to: prefix)
  }

  static func write(_ values: [String: BundleValue], to prefix: String) throws(CheckpointError) {
    for name in values.keys where name.isEmpty || name.utf8.contains(0) {
      throw CheckpointError(.invalidArgument, "a tensor in a checkpoint cannot be named '\(name)'")
    }
    let sorted = values.map { (key: Array($0.key.utf8), value: $0.value) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let shardCount = vacantShardCount(prefix)
    var entries: [Table.Entry] = []
    let data = CheckpointPath.data(prefix, shard: 0, of: shardCount)
    try writing(data) { (file) throws(TensorError) in
      var offset = 0
      for (key, value) in sorted {
        var entry = BundleEntry(value.type, value.shape)
        let written = try value.write(to: file)
        entry.offset = Int64(offset)
        entry.size = Int64(written.size)
        entry.crc32C = written.checksum.masked
        offset += written.size
        entries.append((key, try serialized(entry)))
      }
    }
    let header = BundleHeader.with { header in
      header.numShards = Int32(shardCount)
      header.version = BundleVersion.with { $0.producer = 1 }
    }
    try writing(CheckpointPath.index(prefix)) { (file) throws(TensorError) in
      try file.write(Table.bytes(of: [([], try serialized(header))] + entries))
    }
    removeDataFiles(of: prefix, but: data)
  }

  private static func serialized(_ message: some Message) throws(TensorError) -> [UInt8] {
    do { return try message.serializedBytes() } catch {
      throw TensorError("a checkpoint's entry cannot be written: \(error)")
    }
  }

  /// The number of data files that the new index names: not that of the index which is there.
  private static func vacantShardCount(_ prefix: String) -> Int {
    guard let bytes = try? File.read(CheckpointPath.index(prefix)),
      let index = try? BundleIndex(bytes)
    else { return 1 }
    return index.shardCount == 1 ? 2 : 1
  }

  private static func removeDataFiles(of prefix: String, but kept: String) {
    let folder = CheckpointPath.folder(of: prefix)
    for name in CheckpointPath.contents(of: folder)
    where CheckpointPath.prefix(ofDataFile: folder + name) == prefix && folder + name != kept {
      unlink(folder + name)
    }
  }

  /// Removes the files of a checkpoint, the index first, so that no index is left without its data.
  static func remove(_ prefix: String) {
    unlink(CheckpointPath.index(prefix))
    removeDataFiles(of: prefix, but: "")
    unlink(prefix + ".meta")
  }
}

/// What a checkpoint stores under a name.
enum BundleValue {
  case tensor(AnyTensor)
  case strings([[UInt8]])

  var type: StoredType {
    switch self {
    case .tensor(let tensor): StoredType(tensor.dtype)
    case .strings: .string
    }
  }

  var shape: [Int] {
    switch self {
    case .tensor(let tensor): tensor.shape
    case .strings(let texts): [texts.count]
    }
  }

  fileprivate func write(to file: borrowing FileOutput) throws(TensorError) -> (
    size: Int, checksum: CRC32C
  ) {
    switch self {
    case .tensor(let tensor):
      let result = tensor.withUnsafeBytes { bytes in
        Result { () throws(TensorError) in try file.write(bytes) }.map { CRC32C(bytes) }
      }
      return (tensor.byteCount, try result.get())
    case .strings(let texts):
      var bytes: [UInt8] = []
      var checksum = CRC32C()
      for text in texts {
        bytes.append(varint: UInt64(text.count))
        checksum.extend(DataFile.lengthBytes(text.count))
      }
      var masked: [UInt8] = []
      masked.append(fixed: checksum.masked)
      checksum.extend(masked)
      bytes += masked
      for text in texts {
        bytes += text
        checksum.extend(text)
      }
      try file.write(bytes)
      return (bytes.count, checksum)
    }
  }
}
