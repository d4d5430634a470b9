extension Table {
  /// The bytes of a table with these entries, which come in ascending order of distinct keys.
  ///
  /// They are the bytes that TensorFlow writes for the same entries.
  static func bytes(of entries: [Entry]) -> [UInt8] {
    var file: [UInt8] = []
    // Keys of the index are stored whole.
    var index = BlockBuilder(restartInterval: 1)
    var block = BlockBuilder()

    func write(_ contents: [UInt8]) -> Handle {
      let handle = Handle(offset: file.count, size: contents.count)
      file += contents
      file.append(0)
      file.append(fixed: CRC32C(file[handle.offset...]).masked)
      return handle
    }
    func encoded(_ handle: Handle) -> [UInt8] {
      var result: [UInt8] = []
      result.append(varint: UInt64(handle.offset))
      result.append(varint: UInt64(handle.size))
      return result
    }

    for (position, entry) in entries.enumerated() {
      block.add(entry.key, entry.value)
      let next = position + 1 < entries.count ? entries[position + 1].key : nil
      guard next == nil || block.size >= blockSize else { continue }
      let handle = write(block.finished())
      index.add(next.map { separator(entry.key, $0) } ?? successor(entry.key), encoded(handle))
      block = BlockBuilder()
    }
    let metaindex = write(BlockBuilder().finished())
    let top = write(index.finished())
    let footer = encoded(metaindex) + encoded(top)
    file += footer + [UInt8](repeating: 0, count: footerSize - 8 - footer.count)
    file.append(fixed: magic)
    return file
  }

  /// A short key that is not before the first and is before the second.
  static func separator(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
    let shared = zip(first, second).prefix { $0 == $1 }.count
    guard shared < min(first.count, second.count) else { return first }
    let byte = first[shared]
    guard byte < 0xFF, byte + 1 < second[shared] else { return first }
    return Array(first[..<shared]) + [byte + 1]
  }

  /// A short key that is not before the given one.
  static func successor(_ key: [UInt8]) -> [UInt8] {
    guard let index = key.firstIndex(where: { $0 != 0xFF }) else { return key }
    return Array(key[..<index]) + [key[index] + 1]
  }
}
