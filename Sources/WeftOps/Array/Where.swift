import WeftGraph

/// TensorFlow's `Where`: the indices of all elements that are true or not 0, row by row.
public struct Where: OpDefinition {
  public static let typeName = "Where"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(.int64, [nil, context.inputs[0].shape.rank])]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let strides = rowMajorStrides(shape)
    var rows: [Int64] = []
    var count = 0
    for (position, value) in context.inputs[0].doubles.enumerated() where value != 0 {
      count += 1
      rows += zip(shape, strides).map { Int64(position / $1 % $0) }
    }
    return [try hostTensor([count, shape.count], rows)]
  }
}

/// The indices of all true elements, one row each: [count, rank]. Gradient: none.
public func indicesOfTrue(
  _ condition: some NodeConvertible<Bool>, name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<Int64> {
  apply(Where(), [condition.node], name: name, at: SourceLocation(fileID, line))
}

/// The slices of the first axes whose place in the mask is true.
///
/// ```swift
/// booleanMask(x, mask)  // [4, 2] and [4] give [?, 2]
/// ```
/// Gradient: put back in place, zeros elsewhere.
public func booleanMask<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ mask: some NodeConvertible<Bool>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let name = name ?? "boolean_mask"
  let indices: Node<Int64> = apply(Where(), [mask.node], name: "\(name)/Where", at: location)
  return apply(GatherNd(), [x.node, indices], name: name, at: location)
}
