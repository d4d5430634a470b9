/// The format of LevelDB's sorted tables, of which the index of a checkpoint is one: blocks of entries
/// whose keys share prefixes, each followed by a byte for its compression and a checksum.
enum Table {
  /// The last eight bytes of a table.
  static let magic: UInt64 = 0xdb47_7524_8b80_fb57
  /// The size of the footer: two block handles, padded to 40 bytes, and the magic number.
  static let footerSize = 48
  /// The size of the part behind each block.
  static let trailerSize = 5
  /// After so many entries a key is stored whole.
  static let restartInterval = 16
  /// A block is closed when it has so many bytes.
  static let blockSize = 262_144

  typealias Entry = (key: [UInt8], value: [UInt8])

  /// Where a block lies in the file.
  struct Handle {
    var offset: Int
    var size: Int
  }

  /// A block while it is written.
  struct BlockBuilder {
    private(set) var bytes: [UInt8] = []
    private var restarts: [UInt32] = [0]
    private var sinceRestart = 0
    private var lastKey: [UInt8] = []
    private let restartInterval: Int

    init(restartInterval: Int = Table.restartInterval) { self.restartInterval = restartInterval }

    var isEmpty: Bool { bytes.isEmpty }
    var size: Int { bytes.count + 4 * restarts.count + 4 }

    /// Adds an entry; keys come in ascending order.
    mutating func add(_ key: [UInt8], _ value: [UInt8]) {
      var shared = 0
      if sinceRestart == restartInterval {
        restarts.append(UInt32(truncatingIfNeeded: bytes.count))
        sinceRestart = 0
      } else {
        shared = zip(lastKey, key).prefix { $0 == $1 }.count
      }
      bytes.append(varint: UInt64(shared))
      bytes.append(varint: UInt64(key.count - shared))
      bytes.append(varint: UInt64(value.count))
      bytes += key[shared...]
      bytes += value
      lastKey = key
      sinceRestart += 1
    }

    /// The block with its restart points.
    func finished() -> [UInt8] {
      var result = bytes
      for restart in restarts { result.append(fixed: restart) }
      result.append(fixed: UInt32(restarts.count))
      return result
    }
  }

  /// The entries of a block.
  ///
  /// Throws ``CheckpointError`` if its lengths do not fit together.
  static func entries(of block: ArraySlice<UInt8>) throws(CheckpointError) -> [Entry] {
    func damaged(_ what: String) -> CheckpointError {
      CheckpointError(.damaged, "a block of the table \(what)")
    }
    var tail = ByteCursor(block.suffix(4))
    guard let restarts = tail.fixed(UInt32.self), Int(restarts) <= (block.count - 4) / 4 else {
      throw damaged("has no list of restart points")
    }
    var cursor = ByteCursor(block.dropLast(4 + 4 * Int(restarts)))
    var entries: [Entry] = []
    var key: [UInt8] = []
    while cursor.remaining > 0 {
      guard let shared = cursor.length(), let own = cursor.length(), let size = cursor.length(),
        shared <= key.count, let rest = cursor.take(own), let value = cursor.take(size)
      else { throw damaged("has an entry that goes beyond it") }
      let next = Array(key[..<shared]) + rest
      guard entries.isEmpty || key.lexicographicallyPrecedes(next) else {
        throw damaged("is not in the order of its keys")
      }
      key = next
      entries.append((next, Array(value)))
    }
    return entries
  }
}
