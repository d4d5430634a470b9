import WeftDevice

/// The axes of a broadcast result, neighbours joined over which every operand goes on evenly.
struct JoinedAxes {
  private(set) var sizes: [Int] = []
  /// For each operand a stride for each axis, 0 where it is stretched.
  private(set) var strides: [[Int]]

  init(_ shape: [Int], _ operands: [[Int]]) {
    strides = operands.map { _ in [] }
    let all = operands.map { broadcastStrides(of: $0, to: shape) }
    for (axis, size) in shape.enumerated() where size != 1 {
      let joins =
        !sizes.isEmpty
        && all.indices.allSatisfy { strides[$0].last == all[$0][axis] * size }
      if joins {
        sizes[sizes.count - 1] *= size
        for operand in all.indices {
          strides[operand][strides[operand].count - 1] = all[operand][axis]
        }
      } else {
        sizes.append(size)
        for operand in all.indices { strides[operand].append(all[operand][axis]) }
      }
    }
  }
}

extension JoinedAxes {
  /// Whether four neighbours of the result need four neighbours or one element of each operand, at
  /// places that are multiples of four.
  var takesPacks: Bool {
    guard let columns = sizes.last, sizes.count <= 2 else { return false }
    if sizes.count == 1 { return strides.allSatisfy { ($0.last ?? 0) <= 1 } }
    return columns % 4 == 0
      && strides.allSatisfy { $0[1] == 0 || ($0[1] == 1 && $0[0] % 4 == 0) }
  }
}
