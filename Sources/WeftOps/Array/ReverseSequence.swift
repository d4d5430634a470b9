import WeftGraph

/// TensorFlow's `ReverseSequence`: for each entry of a batch the first elements of a sequence in
/// reverse order, as many as its length.
public struct ReverseSequence: OpDefinition {
  public static let typeName = "ReverseSequence"
  /// The axis that is reversed.
  public let sequenceAxis: Int
  /// The axis of the entries.
  public let batchAxis: Int
  public init(sequenceAxis: Int, batchAxis: Int) {
    self.sequenceAxis = sequenceAxis
    self.batchAxis = batchAxis
  }
  public var attributes: [Attribute] {
    [Attribute("seq_dim", .int(sequenceAxis)), Attribute("batch_dim", .int(batchAxis))]
  }
  public var inputNames: [String] { ["input", "seq_lengths"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 1)
    let input = context.inputs[0]
    guard let rank = input.shape.rank else { return [input] }
    let axes = (try resolveAxis(sequenceAxis, rank: rank), try resolveAxis(batchAxis, rank: rank))
    guard axes.0 != axes.1 else { throw OpFailure("sequence and batch are both axis \(axes.0)") }
    guard context.inputs[1].shape.isCompatible(with: [input.shape[axes.1]]) else {
      throw OpFailure(
        "\(context.inputs[1].shape) lengths for the shape \(input.shape)", code: .invalidShape)
    }
    return [input]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(self, [context.gradient(0), int32Node(context.operation.inputs[1])]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let shape = input.shape
    let sequence = try resolveAxis(sequenceAxis, rank: shape.count)
    let batch = try resolveAxis(batchAxis, rank: shape.count)
    let lengths = context.inputs[1].integers
    guard lengths.count == shape[batch],
      lengths.allSatisfy({ $0 >= 0 && $0 <= shape[sequence] })
    else { throw OpFailure("the lengths \(lengths) do not fit the shape \(shape)") }
    let strides = rowMajorStrides(shape)
    let positions = (0..<input.count).map { position -> Int in
      let step = position / strides[sequence] % shape[sequence]
      let length = lengths[position / strides[batch] % shape[batch]]
      return step < length ? position + (length - 1 - 2 * step) * strides[sequence] : position
    }
    return [try input.picking(positions, shape: shape)]
  }
}

/// For each entry of a batch the first elements of its sequence in reverse order, as many as its
/// length; the rest stays. Gradient: reversed back.
public func reverseSequence<S: TensorScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, lengths: some NodeConvertible<I>, sequenceAxis: Int,
  batchAxis: Int = 0, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    ReverseSequence(sequenceAxis: sequenceAxis, batchAxis: batchAxis), [x.node, lengths.node],
    name: name, at: SourceLocation(fileID, line))
}

/// For each length a row that is true so often, then false: [..., maximum].
///
/// ```swift
/// sequenceMask([1, 3], maximum: 4)  // [[true, false, false, false], [true, true, true, false]]
/// ```
public func sequenceMask<I: IndexScalar>(
  _ lengths: some NodeConvertible<I>, maximum: Int, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  let location = SourceLocation(fileID, line)
  let name = name ?? "SequenceMask"
  let steps: Node<I> = lengths.node.graph.range(
    to: I(clamping: maximum), name: "\(name)/Range", fileID: fileID, line: line)
  let column = expandDims(lengths, axis: -1, name: "\(name)/ExpandDims", fileID: fileID, line: line)
  return apply(Less(), [steps, column], name: name, at: location)
}

/// Coordinates of a grid from those of its axes: `x` along the columns, `y` along the rows.
///
/// Shapes: [m] and [n] give two of [n, m].
public func meshgrid<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (x: Node<S>, y: Node<S>) {
  let location = SourceLocation(fileID, line)
  let name = name ?? "meshgrid"
  let row = expandDims(x, axis: 0, name: "\(name)/ExpandDims", fileID: fileID, line: line)
  let column = expandDims(y, axis: 1, name: "\(name)/ExpandDims", fileID: fileID, line: line)
  let sizes: [Node<Int32>] = [
    apply(Size(dtype: .int32), [column], name: "\(name)/Size", at: location),
    apply(Size(dtype: .int32), [row], name: "\(name)/Size", at: location),
  ]
  let shape: Node<Int32> = apply(
    Pack(count: 2, axis: 0), sizes, name: "\(name)/stack", at: location)
  let first: Node<S> = apply(BroadcastTo(), [row, shape], name: name, at: location)
  let second: Node<S> = apply(BroadcastTo(), [column, shape], name: name, at: location)
  return (first, second)
}
