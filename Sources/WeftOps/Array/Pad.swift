import WeftGraph

/// TensorFlow's `Pad`: zeros around, by a matrix of how many before and behind each axis.
public struct Pad: OpDefinition {
  public static let typeName = "Pad"
  public init() {}
  public var inputNames: [String] { ["input", "paddings"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    return [try paddedType(context)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [unpadded(context), nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (sources, shape) = try paddedSources(context)
    return [try context.inputs[0].picking(sources, shape: shape)]
  }
}

/// TensorFlow's `PadV2`: one value around, given as input 2.
public struct PadV2: OpDefinition {
  public static let typeName = "PadV2"
  public init() {}
  public var inputNames: [String] { ["input", "paddings", "value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 2])
    try context.require(2, rank: 0)
    return [try paddedType(context)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inner = unpadded(context)
    let g = context.gradient(0)
    let all: Node<S> = apply(Sum(keepDims: false), [g, allAxes(g, at: nil)])
    let kept: Node<S> = apply(Sum(keepDims: false), [inner, allAxes(inner, at: nil)])
    return [inner, nil, all - kept]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (sources, shape) = try paddedSources(context)
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let scalars = try context.input(0, as: S.self).scalars
      guard let value = try context.input(2, as: S.self).scalar else {
        throw OpFailure("the value must be a single number", code: .invalidShape)
      }
      return try hostTensor(shape, sources.map { $0 < 0 ? value : scalars[$0] })
    }
    return [try open(context.inputs[0].dtype.scalarType)]
  }
}

/// The type of a tensor with paddings around, as inputs 0 and 1 give them.
func paddedType(_ context: InferenceContext) throws(OpFailure) -> TensorType {
  let input = context.inputs[0]
  try context.require(1, dtypes: [.int32, .int64])
  try context.require(1, rank: 2)
  let matrix = context.inputs[1].shape
  guard matrix.isCompatible(with: [input.shape.rank, 2]) else {
    throw OpFailure(
      "paddings of shape \(matrix) do not fit the shape \(input.shape)", code: .invalidShape)
  }
  guard let rank = input.shape.rank ?? matrix[0] else { return TensorType(input.dtype, .unknown) }
  guard let dimensions = input.shape.dimensions, let paddings = context.integers(1) else {
    return TensorType(input.dtype, .unknown(rank: rank))
  }
  if let bad = paddings.first(where: { $0 < 0 }) { throw OpFailure("a padding cannot be \(bad)") }
  let shape = dimensions.enumerated().map { axis, size -> Int? in
    size.map { $0 + paddings[2 * axis] + paddings[2 * axis + 1] }
  }
  return TensorType(input.dtype, TensorShape(shape))
}

/// The numbers before and behind each axis, as input 1 has them.
func paddingPairs(_ context: EvaluationContext) throws(OpFailure) -> [(before: Int, after: Int)] {
  let rank = context.inputs[0].shape.count
  let numbers = context.inputs[1].integers
  guard context.inputs[1].shape == [rank, 2], numbers.allSatisfy({ $0 >= 0 }) else {
    throw OpFailure(
      "paddings \(numbers) do not fit the shape \(context.inputs[0].shape)", code: .invalidShape)
  }
  return (0..<rank).map { (numbers[2 * $0], numbers[2 * $0 + 1]) }
}

/// For each element of a padded tensor the position in the input, -1 outside it.
private func paddedSources(_ context: EvaluationContext) throws(OpFailure) -> ([Int], [Int]) {
  let shape = context.inputs[0].shape
  let pairs = try paddingPairs(context)
  let result = zip(shape, pairs).map { $0 + $1.before + $1.after }
  var sources = [Int](repeating: -1, count: try checkedCount(result))
  let strides = rowMajorStrides(result)
  let offset = zip(pairs, strides).reduce(0) { $0 + $1.0.before * $1.1 }
  for (index, position) in stridedPositions(shape, strides: strides, offset: offset).enumerated() {
    sources[position] = index
  }
  return (sources, result)
}

/// The gradient without what lies over the paddings.
private func unpadded<S: FloatingScalar>(_ context: GradientContext<S>) -> Node<S> {
  let inputs = context.operation.inputs
  let before = int32Node(inputs[1])[..., 0]
  return apply(SliceDefinition(), [context.gradient(0), before, shapeNode(inputs[0])])
}

/// Numbers put around a tensor: how many before and behind each axis.
///
/// ```swift
/// pad(x, [(1, 2), (0, 1)])  // [5, 4] becomes [8, 5]
/// ```
/// Gradient: cut out again; for the value, the sum over what was added.
public func pad<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ paddings: [(before: Int, after: Int)], value: S = S.zeroValue,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let label = name ?? (value == S.zeroValue ? "Pad" : "PadV2")
  let matrix = x.node.graph.paddings(paddings, name: "\(label)/paddings", at: location)
  if value == S.zeroValue { return apply(Pad(), [x.node, matrix], name: name, at: location) }
  let number: Node<S> = x.node.graph.constant(
    Tensor(value), name: "\(label)/constant_values", at: location)
  return apply(PadV2(), [x.node, matrix, number], name: name, at: location)
}

extension Graph {
  func paddings(
    _ pairs: [(before: Int, after: Int)], name: String, at location: SourceLocation
  ) -> Node<Int32> {
    let numbers = pairs.flatMap { [Int32(clamping: $0.before), Int32(clamping: $0.after)] }
    let matrix = try? Tensor(shape: [pairs.count, 2], scalars: numbers)
    return constant(matrix ?? Tensor(numbers), name: name, at: location)
  }
}
