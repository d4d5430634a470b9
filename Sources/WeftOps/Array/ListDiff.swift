import WeftGraph

/// TensorFlow's `ListDiff`: the elements of a vector that another vector does not have, and where they
/// are in it.
public struct ListDiff: OpDefinition {
  public static let typeName = "ListDiff"
  /// The type of the places: `int32` or `int64`.
  public let dtype: DType
  public init(dtype: DType = .int32) { self.dtype = dtype }
  public var attributes: [Attribute] { [Attribute("out_idx", .type(dtype))] }
  public var inputNames: [String] { ["x", "y"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    for index in 0...1 { try context.require(index, rank: 1) }
    var length: Int?
    // Axes are constants by the time a plan is made.
    if let x = context.integers(0), let y = context.integers(1) {
      length = kept(x, without: y).count
    }
    return [TensorType(context.inputs[0].dtype, [length]), TensorType(dtype, [length])]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      let x = try context.input(0, as: S.self).scalars
      let places = kept(x, without: try context.input(1, as: S.self).scalars)
      return [
        try hostTensor([places.count], places.map { x[$0] }),
        AnyTensor(indices: places, as: dtype),
      ]
    }
    return try open(context.inputs[0].dtype.scalarType)
  }

  /// The places of the elements of one list that another does not have.
  private func kept<Element: Hashable>(_ x: [Element], without y: [Element]) -> [Int] {
    let excluded = Set(y)
    return x.indices.filter { !excluded.contains(x[$0]) }
  }
}

/// The elements of a vector that another vector does not have, in their order, and where they are.
///
/// ```swift
/// let (rest, places) = difference(axes, reduced)  // [0, 1, 2] without [1]: [0, 2] at [0, 2]
/// ```
/// Gradient: none.
public func difference<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (values: Node<S>, indices: Node<Int32>) {
  let operation = applyOperation(
    ListDiff(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
  return (Node(output: operation.output(0)), Node(output: operation.output(1)))
}
