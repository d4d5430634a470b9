/// Offsets in one block of memory, given and taken back: best fit, neighbours joined.
struct Arena {
  private(set) var byteCount = 0
  private var free: [(offset: Int, size: Int)] = []

  /// Sizes are rounded up, so that every place is aligned as the block is.
  static func rounded(_ size: Int) -> Int { (max(size, 1) + 63) / 64 * 64 }

  mutating func take(_ size: Int) -> Int {
    let size = Self.rounded(size)
    var best: Int?
    for index in free.indices where free[index].size >= size {
      if best.map({ free[index].size < free[$0].size }) ?? true { best = index }
    }
    if let best {
      let offset = free[best].offset
      if free[best].size == size {
        free.remove(at: best)
      } else {
        free[best].offset += size
        free[best].size -= size
      }
      return offset
    }
    // A free place at the end grows instead of a new one being opened behind it.
    if let last = free.last, last.offset + last.size == byteCount {
      free.removeLast()
      byteCount = last.offset + size
      return last.offset
    }
    byteCount += size
    return byteCount - size
  }

  mutating func giveBack(_ offset: Int, _ size: Int) {
    let size = Self.rounded(size)
    let index = free.firstIndex { $0.offset > offset } ?? free.count
    free.insert((offset, size), at: index)
    if index + 1 < free.count, offset + size == free[index + 1].offset {
      free[index].size += free[index + 1].size
      free.remove(at: index + 1)
    }
    if index > 0, free[index - 1].offset + free[index - 1].size == offset {
      free[index - 1].size += free[index].size
      free.remove(at: index)
    }
  }
}
