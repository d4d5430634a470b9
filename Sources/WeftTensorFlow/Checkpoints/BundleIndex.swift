import SwiftProtobuf
import WeftOps

/// The index of a checkpoint: what it holds and where.
struct BundleIndex: Sendable {
  let shardCount: Int
  /// By name; the parts of partitioned tensors under their encoded keys.
  let entries: [[UInt8]: BundleEntry]

  /// The index in the bytes of an `.index` file.
  ///
  /// Throws ``CheckpointError`` for damage, a version that is too new and numbers of big-endian
  /// machines.
  init(_ bytes: [UInt8]) throws(CheckpointError) {
    let table = try Table.read(bytes)
    guard let first = table.first, first.key.isEmpty,
      let header = try? BundleHeader(serializedBytes: first.value)
    else { throw CheckpointError(.damaged, "its table does not begin with a checkpoint's header") }
    guard header.endianness == 0 else {
      throw CheckpointError(.unsupported, "its numbers are those of a big-endian machine")
    }
    guard header.version.minConsumer <= 1 else {
      throw CheckpointError(
        .unsupported, "it needs a reader of version \(header.version.minConsumer); this one is 1")
    }
    guard (1...99_999).contains(header.numShards) else {
      throw CheckpointError(.damaged, "it says that it has \(header.numShards) data files")
    }
    shardCount = Int(header.numShards)
    var entries: [[UInt8]: BundleEntry] = [:]
    for (key, value) in table.dropFirst() {
      guard let entry = try? BundleEntry(serializedBytes: value) else {
        throw CheckpointError(.damaged, "\(Self.described(key)) has no readable entry")
      }
      try Self.check(entry, key, shardCount: shardCount)
      entries[key] = entry
    }
    self.entries = entries
  }

  private static func check(_ entry: BundleEntry, _ key: [UInt8], shardCount: Int)
    throws(CheckpointError)
  {
    func damaged(_ what: String) -> CheckpointError {
      CheckpointError(.damaged, "\(described(key)) \(what)")
    }
    let shape = entry.dimensions
    guard !entry.shape.unknownRank, shape.allSatisfy({ $0 >= 0 }), shape.count <= 254,
      let count = checkedProduct(shape)
    else { throw damaged("has the shape \(shape)") }
    guard (0..<shardCount).contains(Int(entry.shardID)), entry.offset >= 0, entry.size >= 0,
      !entry.offset.addingReportingOverflow(entry.size).overflow
    else {
      throw damaged("lies at \(entry.offset) in data file \(entry.shardID) of \(shardCount)")
    }
    guard entry.slices.isEmpty, let width = StoredType(rawValue: Int(entry.dtype)).byteCount else {
      return
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow, size == Int(entry.size) else {
      throw damaged("has the shape \(shape) in \(entry.size) bytes")
    }
  }

  static func described(_ key: [UInt8]) -> String {
    key.first == 0
      ? "a part of a partitioned tensor" : "'\(String(decoding: key.prefix(200), as: UTF8.self))'"
  }
}

extension BundleEntry {
  var dimensions: [Int] { shape.dim.map { Int($0.size) } }

  init(_ type: StoredType, _ dimensions: [Int]) {
    self.init()
    dtype = Int32(truncatingIfNeeded: type.rawValue)
    shape = BundleShape.with { shape in
      shape.dim = dimensions.map { size in BundleDimension.with { $0.size = Int64(size) } }
    }
  }
}
