import WeftGraph

/// TensorFlow's `Transpose`: the axes in another order, given as a vector.
public struct Transpose: OpDefinition {
  public static let typeName = "Transpose"
  public init() {}
  public var inputNames: [String] { ["x", "perm"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 1)
    let input = context.inputs[0]
    let length = context.inputs[1].shape[0]
    guard let order = context.integers(1) else {
      let rank = input.shape.rank ?? length
      return [TensorType(input.dtype, rank.map { .unknown(rank: $0) } ?? .unknown)]
    }
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown(rank: order.count))]
    }
    let axes = try checkedPermutation(order, rank: dimensions.count)
    return [TensorType(input.dtype, TensorShape(axes.map { dimensions[$0] }))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    var order = int32Node(inputs[1])
    if let axes = inputs[1].operation.definition.constantValue?.integers,
      axes.contains(where: { $0 < 0 })
    {
      // The inverse takes axes counted from 0.
      let counted = axes.map { $0 < 0 ? $0 + axes.count : $0 }
      order = context.operation.graph.indices(counted, name: "transpose/perm", at: nil)
    }
    let back: Node<Int32> = apply(InvertPermutation(), [order])
    return [apply(Transpose(), [context.gradient(0), back]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let axes = try checkedPermutation(context.inputs[1].integers, rank: input.shape.count)
    return [try input.transposed(axes)]
  }
}

extension AnyTensor {
  /// The axes in another order, which must be a permutation.
  func transposed(_ axes: [Int]) throws(OpFailure) -> AnyTensor {
    let strides = rowMajorStrides(shape)
    let result = axes.map { shape[$0] }
    let positions = stridedPositions(result, strides: axes.map { strides[$0] })
    return try picking(positions, shape: result)
  }
}

/// The axes counted from 0, each exactly once.
private func checkedPermutation(_ order: [Int], rank: Int) throws(OpFailure) -> [Int] {
  let axes = order.map { $0 < 0 ? $0 + rank : $0 }
  guard axes.sorted() == Array(0..<rank) else {
    throw OpFailure("\(order) is not an order of the axes of rank \(rank)", code: .invalidShape)
  }
  return axes
}

/// TensorFlow's `InvertPermutation`: at place `x[i]` stands `i`.
public struct InvertPermutation: OpDefinition {
  public static let typeName = "InvertPermutation"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.int32, .int64])
    try context.require(0, rank: 1)
    return [context.inputs[0]]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let order = context.inputs[0].integers
    guard order.sorted() == Array(order.indices) else {
      throw OpFailure("\(order) is not a permutation")
    }
    var result = order
    for (index, value) in order.enumerated() { result[value] = index }
    return [AnyTensor(indices: result, as: context.inputs[0].dtype)]
  }
}

/// The axes in another order, by default reversed.
///
/// ```swift
/// transpose(x)                             // [3, 5] becomes [5, 3]
/// transpose(images, permutation: [0, 3, 1, 2])  // channels first
/// ```
/// Gradient: transposed back.
public func transpose<S: TensorScalar>(
  _ x: some NodeConvertible<S>, permutation: [Int]? = nil, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let node = x.node
  let location = SourceLocation(fileID, line)
  let label = "\(name ?? "transpose")/perm"
  let order: Node<Int32>
  if let axes = permutation ?? node.shape.rank.map({ Array((0..<$0).reversed()) }) {
    order = node.graph.indices(axes, name: label, at: location)
  } else {
    let forward = allAxes(node, at: location)
    let last: Node<Int32> = apply(Rank(), [node], at: location)
    order = last - 1 - forward
  }
  return apply(Transpose(), [node, order], name: name ?? "transpose", at: location)
}

/// The inverse of a permutation: at place `x[i]` stands `i`.
///
/// Errors, when it runs: numbers that are no permutation of 0 ..< n.
public func invertPermutation<S: IndexScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(InvertPermutation(), [x.node], name: name, at: SourceLocation(fileID, line))
}
