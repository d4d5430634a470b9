import WeftGraph

/// TensorFlow's `ExpandDims`: a dimension of 1 put in before an axis.
public struct ExpandDims: OpDefinition {
  public static let typeName = "ExpandDims"
  public init() {}
  public var aliasing: Aliasing { .view(of: 0) }
  public var inputNames: [String] { ["input", "dim"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown)]
    }
    guard let axis = context.integer(1) else {
      return [TensorType(input.dtype, .unknown(rank: dimensions.count + 1))]
    }
    return [TensorType(input.dtype, TensorShape(try expanded(dimensions, axis, 1)))]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    context.inputs[0].shape.rank == 0 ? context.shapeValue(0) : nil
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [reshapeLike(context.gradient(0), context.operation.inputs[0]), nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let axis = try context.inputs[1].singleInteger("the axis")
    return [try context.inputs[0].viewed(try expanded(context.inputs[0].shape, axis, 1))]
  }
  private func expanded<D>(_ shape: [D], _ axis: Int, _ one: D) throws(OpFailure) -> [D] {
    var result = shape
    result.insert(one, at: try resolveAxis(axis, rank: shape.count + 1))
    return result
  }
}

/// TensorFlow's `Squeeze`: dimensions of 1 taken out.
public struct Squeeze: OpDefinition {
  public static let typeName = "Squeeze"
  /// The axes; none stands for all of size 1.
  public let axes: [Int]
  public init(axes: [Int]) { self.axes = axes }
  public var aliasing: Aliasing { .view(of: 0) }
  public var attributes: [Attribute] { [Attribute("squeeze_dims", .ints(axes))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions,
      !axes.isEmpty || input.shape.isComplete
    else { return [TensorType(input.dtype, .unknown)] }
    return [TensorType(input.dtype, TensorShape(try squeezed(dimensions)))]
  }
  private func squeezed(_ shape: [Int?]) throws(OpFailure) -> [Int?] {
    if axes.isEmpty { return shape.filter { $0 != 1 } }
    var dropped: Set<Int> = []
    for axis in axes {
      let resolved = try resolveAxis(axis, rank: shape.count)
      if let size = shape[resolved], size != 1 {
        throw OpFailure(
          "cannot squeeze axis \(axis) of \(TensorShape(shape)): its size is \(size)",
          code: .invalidShape)
      }
      dropped.insert(resolved)
    }
    return shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    context.inputs[0].shape.dimensions == [1] ? context.shapeValue(0) : nil
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [reshapeLike(context.gradient(0), context.operation.inputs[0])]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try squeezed(context.inputs[0].shape).compactMap { $0 }
    return [try context.inputs[0].viewed(shape)]
  }
}

/// A node under the shape that an output has.
func reshapeLike<S: TensorScalar>(_ x: Node<S>, _ output: Output) -> Node<S> {
  apply(Reshape(), [x, shapeNode(output)])
}

/// A dimension of size 1 put in before an axis; -1 puts it last.
///
/// ```swift
/// expandDims(x, axis: 0)  // [784] becomes [1, 784]
/// ```
/// Gradient: reshaped back.
public func expandDims<S: TensorScalar>(
  _ x: some NodeConvertible<S>, axis: Int, name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let position = x.node.graph.index(axis, name: "\(name ?? "ExpandDims")/dim", at: location)
  return apply(ExpandDims(), [x.node, position], name: name, at: location)
}

/// Dimensions of size 1 taken out: those named, or all.
///
/// Errors: an axis of another size. Gradient: reshaped back.
public func squeeze<S: TensorScalar>(
  _ x: some NodeConvertible<S>, axes: [Int] = [], name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  apply(Squeeze(axes: axes), [x.node], name: name, at: SourceLocation(fileID, line))
}
