import WeftGraph

/// TensorFlow's `OneHot`: one value at the place of each index along a new axis, another elsewhere.
public struct OneHot: OpDefinition {
  public static let typeName = "OneHot"
  /// The new axis; -1 is the last.
  public let axis: Int
  public init(axis: Int) { self.axis = axis }
  public var attributes: [Attribute] { [Attribute("axis", .int(axis))] }
  public var inputNames: [String] { ["indices", "depth", "on_value", "off_value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    try context.require(0, dtypes: [.int32, .int64, .uint8])
    try context.require(1, dtypes: [.int32])
    for index in 1...3 { try context.require(index, rank: 0) }
    try context.requireSameType([2, 3])
    let dtype = context.inputs[2].dtype
    if let depth = context.integer(1), depth < 0 { throw OpFailure("the depth cannot be \(depth)") }
    guard var dimensions = context.inputs[0].shape.dimensions else {
      return [TensorType(dtype, .unknown)]
    }
    dimensions.insert(context.integer(1), at: try resolveAxis(axis, rank: dimensions.count + 1))
    return [TensorType(dtype, TensorShape(dimensions))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, nil, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let indices = context.inputs[0]
    let depth = try context.inputs[1].singleInteger("the depth")
    let position = try resolveAxis(axis, rank: indices.shape.count + 1)
    var shape = indices.shape
    shape.insert(depth, at: position)
    let count = try checkedCount(shape)
    let inner = shape[(position + 1)...].reduce(1, *)
    let numbers = indices.integers
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      guard let on = try context.input(2, as: S.self).scalar,
        let off = try context.input(3, as: S.self).scalar
      else { throw OpFailure("the values must be single numbers", code: .invalidShape) }
      var scalars = [S](repeating: off, count: count)
      for (index, number) in numbers.enumerated() where number >= 0 && number < depth {
        scalars[(index / inner * depth + number) * inner + index % inner] = on
      }
      return try hostTensor(shape, scalars)
    }
    return [try open(context.inputs[2].dtype.scalarType)]
  }
}

/// A new axis of `depth` elements: `on` at the place of each index, `off` elsewhere. An index outside
/// gives a row of `off`.
///
/// ```swift
/// let labels: Node<Float> = oneHot(digits, depth: 10)  // [n] gives [n, 10]
/// ```
/// Gradient: none.
public func oneHot<I: NumericScalar, S: NumericScalar>(
  _ indices: some NodeConvertible<I>, depth: Int, on: S = S(converting: 1), off: S = S.zeroValue,
  axis: Int = -1, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let name = name ?? "one_hot"
  let graph = indices.node.graph
  let high = graph.constant(Tensor(on), name: "\(name)/on_value", at: location)
  let low = graph.constant(Tensor(off), name: "\(name)/off_value", at: location)
  let size = graph.index(depth, name: "\(name)/depth", at: location)
  let inputs: [any AnyNode] = [indices.node, size, high, low]
  return apply(OneHot(axis: axis), inputs, name: name, at: location)
}
