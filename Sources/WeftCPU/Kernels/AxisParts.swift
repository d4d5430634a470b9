import WeftOps

/// A shape seen from one axis: what lies before it, the axis, and what lies behind it.
struct AxisParts: Sendable {
  let outer: Int
  let extent: Int
  let inner: Int

  init(_ shape: [Int], axis: Int) {
    outer = shape[..<axis].reduce(1, *)
    extent = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }
}

extension KernelRequest {
  /// The axis that an operand names, counted from 0; nil where it is known only at run time.
  func axis(_ index: Int, rank: Int) throws(OpFailure) -> Int? {
    guard let value = inputs[index].constant?.integers.first else { return nil }
    return try resolveAxis(value, rank: rank)
  }
}
