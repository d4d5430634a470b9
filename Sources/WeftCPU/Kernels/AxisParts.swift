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

  /// The parts from an operand's value, an axis that may count from the end.
  init(_ shape: [Int], axis numbers: [Int]) throws(OpFailure) {
    self.init(shape, axis: try resolveAxis(try single(numbers, "the axis"), rank: shape.count))
  }
}
