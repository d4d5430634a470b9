import WeftOps

/// A checkpoint in TensorFlow's V2 format: named tensors in an `.index` file and data files.
///
/// ```swift
/// let checkpoint = try Checkpoint("run1/model-3000")   // or a file of it, or the folder
/// for entry in checkpoint.entries { print(entry) }
/// let weights = try checkpoint.tensor(named: "dense/kernel").typed(Float.self)
/// ```
/// The index is read at once and checked; each tensor is read, and its checksum compared, when it is
/// asked for.
public struct Checkpoint: Sendable {
  /// What the files are called before `.index`.
  public let prefix: String
  /// What the checkpoint holds, in the order of names.
  public let entries: [Entry]
  private let index: BundleIndex
  private let positions: [String: Int]

  /// A tensor in a checkpoint.
  public struct Entry: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let name: String
    /// The element type.
    public let type: StoredType
    /// The dimensions.
    public let shape: [Int]
    /// In how many parts a partitioned variable is stored; 1 for all others.
    public let partCount: Int

    /// `dense/kernel float32[784, 1024]`.
    public var description: String {
      "\(name) \(type)\(shape)" + (partCount > 1 ? " in \(partCount) parts" : "")
    }
  }

  /// Opens a checkpoint by its prefix, one of its files, a folder's `checkpoint` file, or a folder,
  /// which means its latest one.
  ///
  /// Throws ``CheckpointError`` if there is none, or it is damaged.
  public init(_ path: String) throws(CheckpointError) {
    prefix = try CheckpointPath.prefix(for: path)
    let file = CheckpointPath.index(prefix)
    let bytes = try reading(file)
    do throws(CheckpointError) { index = try BundleIndex(bytes) } catch {
      throw CheckpointError(error.code, "'\(file)': \(error.message)", notes: error.notes)
    }
    var entries: [Entry] = []
    for (key, entry) in index.entries where key.first != 0 {
      entries.append(
        Entry(
          name: String(decoding: key, as: UTF8.self),
          type: StoredType(rawValue: Int(entry.dtype)), shape: entry.dimensions,
          partCount: max(1, entry.slices.count)))
    }
    self.entries = entries.sorted { $0.name < $1.name }
    positions = Dictionary(
      self.entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The prefix of a folder's latest checkpoint; nil if it has none.
  ///
  /// Throws ``CheckpointError`` if the folder's `checkpoint` file cannot be read, or names a checkpoint
  /// that is not there.
  public static func latest(in folder: String) throws(CheckpointError) -> String? {
    guard let latest = try CheckpointState.read(in: folder)?.latest else { return nil }
    return try CheckpointPath.prefix(for: CheckpointPath.index(latest))
  }

  /// What is stored under a name; nil if nothing is.
  public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The tensor of a name. The parts of a partitioned variable are put together; `int8`, `int16` and
  /// `uint16` become `int32`, `uint32` and `uint64` become `int64`.
  ///
  /// Throws ``CheckpointError`` if there is none, if it is text or of a type that is not read, or if it
  /// does not have the checksum that was stored.
  public func tensor(named name: String) throws(CheckpointError) -> AnyTensor {
    let stored = try entry(name)
    if !stored.slices.isEmpty { return try assembled(stored, name) }
    return try tensor(stored, "'\(name)'")
  }

  /// The text elements of a tensor of type string, in row-major order; what is no UTF-8 is replaced.
  ///
  /// Throws ``CheckpointError`` if there is none, it holds numbers, or it is damaged.
  public func strings(named name: String) throws(CheckpointError) -> [String] {
    let stored = try entry(name)
    guard StoredType(rawValue: Int(stored.dtype)) == .string, stored.slices.isEmpty else {
      throw CheckpointError(
        .invalidArgument, "'\(name)' holds \(StoredType(rawValue: Int(stored.dtype))), no text")
    }
    return try DataFile(prefix, shard: Int(stored.shardID), of: index.shardCount)
      .strings(stored, "'\(name)'").map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads everything and compares all checksums.
  ///
  /// Throws ``CheckpointError`` for the first tensor that is damaged.
  public func verify() throws(CheckpointError) {
    for entry in entries {
      if entry.type == .string {
        _ = try strings(named: entry.name)
      } else if entry.type.byteCount != nil {
        _ = try tensor(named: entry.name)
      }
    }
  }

  private func entry(_ name: String) throws(CheckpointError) -> BundleEntry {
    guard let found = index.entries[Array(name.utf8)], !name.isEmpty else {
      throw CheckpointError(.notFound, "there is no '\(name)' in the checkpoint '\(prefix)'")
    }
    return found
  }

  private func tensor(_ entry: BundleEntry, _ subject: String) throws(CheckpointError) -> AnyTensor
  {
    try DataFile(prefix, shard: Int(entry.shardID), of: index.shardCount).tensor(entry, subject)
  }

  /// A partitioned tensor from its parts, which have entries of their own.
  private func assembled(_ whole: BundleEntry, _ name: String) throws(CheckpointError) -> AnyTensor
  {
    var found: [[UInt8]: (slice: TensorSlice, entry: BundleEntry)] = [:]
    for described in whole.slices {
      let slice = try TensorSlice(described, of: whole.dimensions, name)
      let key = slice.key(of: name)
      guard let entry = index.entries[key], entry.slices.isEmpty, entry.dtype == whole.dtype,
        entry.dimensions == slice.lengths, found[key] == nil
      else {
        throw CheckpointError(
          .damaged, "the part \(slice) of '\(name)' is not in the checkpoint '\(prefix)'")
      }
      found[key] = (slice, entry)
    }
    try TensorSlice.check(found.values.map(\.slice), cover: whole.dimensions, name)
    var parts: [(slice: TensorSlice, tensor: AnyTensor)] = []
    for (slice, entry) in found.values {
      parts.append((slice, try tensor(entry, "the part \(slice) of '\(name)'")))
    }
    return try TensorSlice.assemble(parts, shape: whole.dimensions, name)
  }
}
