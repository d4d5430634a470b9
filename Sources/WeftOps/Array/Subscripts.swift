import WeftGraph

/// What may stand between the brackets behind a node: an index, a range, a new axis, a scalar node.
///
/// ```swift
/// x[0]                 // the first row; its axis goes
/// x[-1]                // the last
/// x[1..<3]             // rows 1 and 2
/// x[..., 2...]         // columns from 2 on
/// x[0..., newAxis]     // a new axis of size 1
/// x[from(1, to: -1)]   // without the first and the last
/// x[every(-1)]         // in reverse
/// x[step]              // the row that an integer node names when it runs
/// ```
public protocol SliceIndex: Sendable {
  /// What it means.
  var slicePart: SlicePart { get }
}

/// One part of a subscript.
public enum SlicePart: SliceIndex {
  /// One index, from the end if negative; its axis goes.
  case index(Int)
  /// One index computed in the graph.
  case node(Output)
  /// From an index up to, not including, another, by a step; nil stands for the end reached first.
  case range(from: Int?, to: Int?, by: Int)
  /// As many whole axes as are left over.
  case ellipsis
  /// A new axis of size 1.
  case newAxis

  public var slicePart: SlicePart { self }
}

/// A new axis of size 1 in a subscript.
public let newAxis = SlicePart.newAxis

/// The range of a subscript whose ends may count from the end of the axis: `x[from(1, to: -1)]`.
public func from(_ begin: Int?, to end: Int? = nil, by step: Int = 1) -> SlicePart {
  .range(from: begin, to: end, by: step)
}

/// Every so many elements in a subscript, backwards if negative: `x[every(2)]`.
public func every(_ step: Int) -> SlicePart { .range(from: nil, to: nil, by: step) }

extension Int: SliceIndex {
  public var slicePart: SlicePart { .index(self) }
}
extension Range: SliceIndex where Bound == Int {
  public var slicePart: SlicePart { .range(from: lowerBound, to: upperBound, by: 1) }
}
extension ClosedRange: SliceIndex where Bound == Int {
  public var slicePart: SlicePart { .range(from: lowerBound, to: upperBound.exclusiveEnd, by: 1) }
}
extension PartialRangeFrom: SliceIndex where Bound == Int {
  public var slicePart: SlicePart { .range(from: lowerBound, to: nil, by: 1) }
}
extension PartialRangeUpTo: SliceIndex where Bound == Int {
  public var slicePart: SlicePart { .range(from: nil, to: upperBound, by: 1) }
}
extension PartialRangeThrough: SliceIndex where Bound == Int {
  public var slicePart: SlicePart { .range(from: nil, to: upperBound.exclusiveEnd, by: 1) }
}
extension Node: SliceIndex where Scalar: IndexScalar {
  public var slicePart: SlicePart { .node(output) }
}

extension Int {
  /// The end behind an index; that behind the last, -1, is the end of the axis.
  fileprivate var exclusiveEnd: Int? { self == -1 || self == .max ? nil : self + 1 }
}

extension NodeConvertible {
  /// A part of the tensor, as NumPy and TensorFlow take it.
  ///
  /// Errors: an index outside its axis. Gradient: put back in place, zeros elsewhere.
  public subscript(
    _ parts: any SliceIndex..., fileID fileID: String = #fileID, line line: Int = #line
  ) -> Node<Scalar> {
    sliced(parts, SourceLocation(fileID, line))
  }

  /// A part of the tensor; `...` stands for all axes that the other parts leave over.
  public subscript(
    _: UnboundedRange, _ rest: any SliceIndex..., fileID fileID: String = #fileID,
    line line: Int = #line
  ) -> Node<Scalar> {
    sliced([SlicePart.ellipsis] + rest, SourceLocation(fileID, line))
  }

  /// A part of the tensor; `...` stands for all axes that the other parts leave over.
  public subscript(
    _ first: any SliceIndex, _: UnboundedRange, _ rest: any SliceIndex...,
    fileID fileID: String = #fileID, line line: Int = #line
  ) -> Node<Scalar> {
    sliced([first, SlicePart.ellipsis] + rest, SourceLocation(fileID, line))
  }

  private func sliced(_ parts: [any SliceIndex], _ location: SourceLocation) -> Node<Scalar> {
    var operands = SliceOperands()
    for part in parts { operands.append(part.slicePart) }
    return operands.apply(to: node, name: "strided_slice", at: location)
  }
}

/// A strided slice with begin, end and strides as vectors, and TensorFlow's masks.
public func stridedSlice<S: TensorScalar>(
  _ x: some NodeConvertible<S>, begin: [Int], end: [Int], strides: [Int]? = nil,
  masks: SliceMasks = SliceMasks(), name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  var operands = SliceOperands()
  operands.begin = begin.map { .number($0) }
  operands.end = end.map { .number($0) }
  operands.steps = strides ?? Array(repeating: 1, count: begin.count)
  operands.masks = masks
  return operands.apply(
    to: x.node, name: name ?? "strided_slice", at: SourceLocation(fileID, line))
}

/// The operands of a strided slice while its parts are collected.
private struct SliceOperands {
  enum Number {
    case number(Int)
    case node(Node<Int32>)
  }
  var begin: [Number] = []
  var end: [Number] = []
  var steps: [Int] = []
  var masks = SliceMasks()

  mutating func append(_ part: SlicePart) {
    let bit = 1 << Swift.min(begin.count, Int.bitWidth - 2)
    switch part {
    case .index(let index):
      masks.shrinkAxis |= bit
      add(.number(index), .number(index &+ 1), 1)
    case .node(let output):
      masks.shrinkAxis |= bit
      let index = int32Node(output)
      add(.node(index), .node(index + 1), 1)
    case .range(let from, let to, let step):
      if from == nil { masks.begin |= bit }
      if to == nil { masks.end |= bit }
      add(.number(from ?? 0), .number(to ?? 0), step)
    case .ellipsis:
      masks.ellipsis |= bit
      add(.number(0), .number(0), 1)
    case .newAxis:
      masks.newAxis |= bit
      add(.number(0), .number(0), 1)
    }
  }

  private mutating func add(_ first: Number, _ last: Number, _ step: Int) {
    begin.append(first)
    end.append(last)
    steps.append(step)
  }

  func apply<S: TensorScalar>(to x: Node<S>, name: String, at location: SourceLocation) -> Node<S> {
    let graph = x.graph
    func vector(_ numbers: [Number], _ label: String) -> Node<Int32> {
      var values: [Int] = []
      for case .number(let value) in numbers { values.append(value) }
      if values.count == numbers.count {
        return graph.indices(values, name: "\(name)/\(label)", at: location)
      }
      let nodes = numbers.map { number -> Node<Int32> in
        switch number {
        case .number(let value):
          graph.index(value, name: "\(name)/\(label)/value", at: location)
        case .node(let node): node
        }
      }
      return WeftGraph.apply(
        Pack(count: nodes.count, axis: 0), nodes, name: "\(name)/\(label)", at: location)
    }
    let first = vector(begin, "stack")
    let last = vector(end, "stack_1")
    let step = graph.indices(steps, name: "\(name)/stack_2", at: location)
    return WeftGraph.apply(
      StridedSlice(masks: masks), [x, first, last, step], name: name, at: location)
  }
}
