import WeftGraph

/// TensorFlow's `Unique`: the different elements of a vector in the order of their first
/// appearance, and for each element the place of its own among them.
public struct Unique: OpDefinition {
  public static let typeName = "Unique"
  /// The type of the places: `int32` or `int64`.
  public let dtype: DType
  public init(dtype: DType) { self.dtype = dtype }
  public var attributes: [Attribute] { [Attribute("out_idx", .type(dtype))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, rank: 1)
    return [
      TensorType(context.inputs[0].dtype, [nil]), TensorType(dtype, context.inputs[0].shape),
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      var seen: [S: Int] = [:]
      var values: [S] = []
      var places: [Int] = []
      for value in try context.input(0, as: S.self).scalars {
        let place = seen[value] ?? values.count
        if place == values.count {
          seen[value] = place
          values.append(value)
        }
        places.append(place)
      }
      return [try hostTensor([values.count], values), AnyTensor(indices: places, as: dtype)]
    }
    return try open(context.inputs[0].dtype.scalarType)
  }
}

/// The different elements of a vector in the order of their first appearance, and for each element
/// the place of its own among them. Gradient: none.
public func unique<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> (values: Node<S>, indices: Node<Int32>) {
  let operation = applyOperation(
    Unique(dtype: .int32), [x.node], name: name, at: SourceLocation(fileID, line))
  return (Node(output: operation.output(0)), Node(output: operation.output(1)))
}
