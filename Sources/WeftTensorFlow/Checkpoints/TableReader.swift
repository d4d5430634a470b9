extension Table {
  /// All entries of a table in the order of their keys.
  ///
  /// Every length is checked against what is there, every block against its checksum. Throws
  /// ``CheckpointError`` for damage and for compressed blocks.
  static func read(_ bytes: [UInt8]) throws(CheckpointError) -> [Entry] {
    guard bytes.count >= footerSize else {
      throw CheckpointError(
        .damaged, "a table has at least \(footerSize) bytes; there are \(bytes.count)")
    }
    var tail = ByteCursor(bytes.suffix(8))
    guard tail.fixed(UInt64.self) == magic else {
      throw CheckpointError(.damaged, "it does not end as a table does")
    }
    var footer = ByteCursor(bytes.suffix(footerSize).dropLast(8))
    guard handle(&footer) != nil, let indexHandle = handle(&footer) else {
      throw CheckpointError(.damaged, "its footer does not say where the index is")
    }
    var result: [Entry] = []
    var covered = 0
    for pointer in try entries(of: try block(indexHandle, of: bytes)) {
      var cursor = ByteCursor(pointer.value)
      guard let handle = handle(&cursor) else {
        throw CheckpointError(.damaged, "its index does not say where a block is")
      }
      // Blocks do not overlap: a small file cannot stand for a large one.
      covered += handle.size
      guard covered <= bytes.count else {
        throw CheckpointError(.damaged, "its index names more blocks than there are")
      }
      let found = try entries(of: try block(handle, of: bytes))
      if let last = result.last, let first = found.first,
        !last.key.lexicographicallyPrecedes(first.key)
      {
        throw CheckpointError(.damaged, "its blocks are not in the order of their keys")
      }
      result += found
    }
    return result
  }

  private static func handle(_ cursor: inout ByteCursor) -> Handle? {
    guard let offset = cursor.length(), let size = cursor.length() else { return nil }
    return Handle(offset: offset, size: size)
  }

  private static func block(_ handle: Handle, of bytes: [UInt8]) throws(CheckpointError)
    -> ArraySlice<UInt8>
  {
    let room = bytes.count - footerSize - trailerSize
    guard handle.offset <= room, handle.size <= room - handle.offset else {
      throw CheckpointError(
        .damaged,
        "its block at \(handle.offset) of \(handle.size) bytes goes beyond \(bytes.count) bytes")
    }
    let end = handle.offset + handle.size
    var trailer = ByteCursor(bytes[end..<end + trailerSize])
    guard let compression = trailer.byte(), let stored = trailer.fixed(UInt32.self) else {
      throw CheckpointError(.damaged, "its block at \(handle.offset) has no checksum")
    }
    guard CRC32C(bytes[handle.offset...end]).masked == stored else {
      throw CheckpointError(
        .damaged, "its block at \(handle.offset) does not have the checksum that was stored")
    }
    guard compression == 0 else {
      throw CheckpointError(
        .unsupported,
        "its block at \(handle.offset) is compressed (\(compression == 1 ? "snappy" : "kind \(compression)"))",
        notes: ["TensorFlow writes checkpoints without compression; write it anew with its Saver"])
    }
    return bytes[handle.offset..<end]
  }
}
