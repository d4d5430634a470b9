import Glibc
import WeftTensor

extension LabelledImages {
  /// The indices of equal images, one list for each distinct image, in the order of their first.
  ///
  /// Images are equal if all their bytes are, whatever their labels.
  public func duplicateGroups() -> [[Int]] {
    let size = count == 0 ? 0 : images.count / count
    var groups: [[Int]] = []
    var groupsByHash: [UInt64: [Int]] = [:]
    groupsByHash.reserveCapacity(count)
    images.withUnsafeScalars { pixels in
      guard let base = pixels.baseAddress else { return }
      for index in 0..<count {
        let image = UnsafeRawBufferPointer(start: base + index * size, count: size)
        let hash = contentHash(image)
        let candidates = groupsByHash[hash] ?? []
        // Equal hashes only suggest equal images.
        let known = candidates.first { group in
          memcmp(base + groups[group][0] * size, base + index * size, size) == 0
        }
        if let known {
          groups[known].append(index)
        } else {
          groupsByHash[hash] = candidates + [groups.count]
          groups.append([index])
        }
      }
    }
    return groups
  }

  /// The first of each set of equal images, in their order.
  public func removingDuplicates() -> LabelledImages {
    selecting(duplicateGroups().map { $0[0] })
  }
}

private func contentHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
  var offset = 0
  while offset + 8 <= bytes.count {
    hash =
      (hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 32
    offset += 8
  }
  for byte in bytes[offset...] { hash = (hash ^ UInt64(byte)) &* 0xFF51_AFD7_ED55_8CCD }
  return hash ^ (hash >> 29)
}
