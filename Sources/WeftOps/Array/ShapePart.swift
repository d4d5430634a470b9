import WeftGraph

/// A vector made from the shape of a node when it runs.
struct ShapePart: OpDefinition {
  static let typeName = "WeftShapePart"
  let part: Part
  init(_ part: Part) { self.part = part }

  enum Part: Hashable, Sendable {
    /// All dimensions but the last ones.
    case leading(dropping: Int)
    /// Two dimensions: as many rows as the leading axes hold, and the last.
    case rows
    /// Without the dimensions of size 1 at some axes.
    case removing(axes: [Int])
  }

  var attributes: [Attribute] { [Attribute("part", .string("\(part)"))] }

  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let shape = context.inputs[0].shape
    guard let dimensions = shape.dimensions else {
      return [TensorType(.int32, [part == .rows ? 2 : nil])]
    }
    return [TensorType(.int32, [try result(dimensions).count])]
  }

  func shapeValue(_ context: InferenceContext) -> TensorShape? {
    context.inputs[0].shape.dimensions.flatMap { try? result($0) }.map { TensorShape($0) }
  }

  func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    shapeValue(context)?.complete.map { [AnyTensor(indices: $0)] }
  }

  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [AnyTensor(indices: try result(context.inputs[0].shape).compactMap { $0 })]
  }

  private func result(_ shape: [Int?]) throws(OpFailure) -> [Int?] {
    switch part {
    case .leading(let count):
      guard shape.count >= count else { throw tooFewAxes(shape, count) }
      return Array(shape.dropLast(count))
    case .rows:
      guard let last = shape.last else { throw tooFewAxes(shape, 1) }
      return [TensorShape(Array(shape.dropLast())).elementCount, last]
    case .removing(let axes):
      var removed: Set<Int> = []
      for axis in axes { removed.insert(try resolveAxis(axis, rank: shape.count)) }
      return shape.indices.filter { !removed.contains($0) }.map { shape[$0] }
    }
  }

  private func tooFewAxes(_ shape: [Int?], _ count: Int) -> OpFailure {
    OpFailure(
      "takes rank \(count) or more, not the shape \(TensorShape(shape))", code: .invalidShape)
  }
}

/// A part of the shape of a node when it runs.
func shapePart<S: TensorScalar>(_ x: Node<S>, _ part: ShapePart.Part) -> Node<Int32> {
  apply(ShapePart(part), [x])
}
