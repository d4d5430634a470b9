import WeftGraph

/// The masks of TensorFlow's strided slices: bit i concerns element i of begin, end and strides.
public struct SliceMasks: Hashable, Sendable {
  /// The element of `begin` does not count: from the first.
  public var begin = 0
  /// The element of `end` does not count: to the last.
  public var end = 0
  /// Stands for as many whole axes as are left over.
  public var ellipsis = 0
  /// A new axis of size 1.
  public var newAxis = 0
  /// One index, whose axis goes.
  public var shrinkAxis = 0
  /// No bits.
  public init() {}

  var attributes: [Attribute] {
    [
      Attribute("begin_mask", .int(begin)), Attribute("end_mask", .int(end)),
      Attribute("ellipsis_mask", .int(ellipsis)), Attribute("new_axis_mask", .int(newAxis)),
      Attribute("shrink_axis_mask", .int(shrinkAxis)),
    ]
  }

  /// Whether the bit of an element is set.
  static func has(_ mask: Int, _ bit: Int) -> Bool {
    bit < Int.bitWidth - 1 && mask >> bit & 1 == 1
  }
}

/// A strided slice worked out for a shape: NumPy's basic indexing.
public struct ResolvedSlice {
  /// For each axis of the input: the first index, the step, and how many there are.
  public private(set) var axes: [(first: Int?, step: Int, count: Int?)] = []
  /// The dimensions of the result.
  public private(set) var shape: [Int?] = []

  private enum Source { case axis(Int), newAxis }

  /// Works a slice out. The dimensions may be unknown; so are then parts of the result.
  ///
  /// - Parameter areNumbersKnown: false where begin, end and strides merely have the right length.
  ///
  /// Throws ``OpFailure`` for an index outside its axis, a step of 0, more indices than axes.
  public init(
    _ dimensions: [Int?], begin: [Int], end: [Int], steps: [Int], masks: SliceMasks,
    areNumbersKnown: Bool = true
  ) throws(OpFailure) {
    guard begin.count == end.count, begin.count == steps.count else {
      throw OpFailure("begin, end and strides differ in length: \(begin), \(end), \(steps)")
    }
    var sources: [Source] = []
    var seenEllipsis = false
    for index in begin.indices {
      if SliceMasks.has(masks.ellipsis, index) {
        guard !seenEllipsis else { throw OpFailure("only one ellipsis can be in a slice") }
        seenEllipsis = true
        let later = (index + 1..<max(begin.count, index + 1)).count {
          !SliceMasks.has(masks.newAxis, $0)
        }
        while axes.count < dimensions.count - later {
          sources.append(.axis(axes.count))
          axes.append((0, 1, dimensions[axes.count]))
        }
      } else if SliceMasks.has(masks.newAxis, index) {
        sources.append(.newAxis)
      } else {
        guard axes.count < dimensions.count else {
          throw OpFailure(
            "too many indices for the shape \(TensorShape(dimensions))", code: .invalidShape)
        }
        let isIndex = SliceMasks.has(masks.shrinkAxis, index)
        if !isIndex { sources.append(.axis(axes.count)) }
        let open = (
          SliceMasks.has(masks.begin, index), SliceMasks.has(masks.end, index)
        )
        axes.append(
          try Self.axis(
            areNumbersKnown ? dimensions[axes.count] : nil, begin[index], end[index], steps[index],
            open, isIndex))
      }
    }
    while axes.count < dimensions.count {
      sources.append(.axis(axes.count))
      axes.append((0, 1, dimensions[axes.count]))
    }
    shape = sources.map { source in
      if case .axis(let axis) = source { return axes[axis].count }
      return 1
    }
  }

  private static func axis(
    _ dimension: Int?, _ begin: Int, _ end: Int, _ step: Int, _ open: (Bool, Bool), _ isIndex: Bool
  ) throws(OpFailure) -> (first: Int?, step: Int, count: Int?) {
    guard step != 0 else { throw OpFailure("a step of a slice cannot be 0") }
    if isIndex {
      guard step > 0 else { throw OpFailure("an index cannot have the step \(step)") }
      guard let dimension else { return (begin >= 0 ? begin : nil, 1, 1) }
      let index = begin < 0 ? begin &+ dimension : begin
      guard index >= 0, index < dimension else {
        throw OpFailure(
          "index \(begin) is outside an axis of size \(dimension)", code: .invalidShape)
      }
      return (index, 1, 1)
    }
    guard let dimension else {
      let isWhole = open.0 && open.1 && step == 1
      return (isWhole ? 0 : nil, step, nil)
    }
    let range = step > 0 ? (0, dimension) : (-1, dimension - 1)
    func clamped(_ value: Int) -> Int {
      let index = value < 0 ? value &+ dimension : value
      return Swift.min(Swift.max(index, range.0), range.1)
    }
    let first = open.0 ? (step > 0 ? range.0 : range.1) : clamped(begin)
    let last = open.1 ? (step > 0 ? range.1 : range.0) : clamped(end)
    let length = last - first
    guard length != 0, (length < 0) == (step < 0) else { return (first, step, 0) }
    return (first, step, length / step + (length % step == 0 ? 0 : 1))
  }

  /// For each element of the result, the position in the input, whose shape is complete.
  func positions(in shape: [Int]) -> [Int] {
    let strides = rowMajorStrides(shape)
    var offset = 0
    for (axis, part) in axes.enumerated() where part.count != 0 {
      offset += (part.first ?? 0) * strides[axis]
    }
    let steps = axes.enumerated().map { $1.step &* strides[$0] }
    return stridedPositions(axes.map { $0.count ?? 0 }, strides: steps, offset: offset)
  }
}
