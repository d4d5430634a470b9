import WeftGraph

/// TensorFlow's `GatherNd`: elements or slices by rows of indices.
public struct GatherNd: OpDefinition {
  public static let typeName = "GatherNd"
  public init() {}
  public var inputNames: [String] { ["params", "indices"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    let (params, indices) = (context.inputs[0], context.inputs[1])
    guard let dimensions = params.shape.dimensions, let numbers = indices.shape.dimensions else {
      return [TensorType(params.dtype, .unknown)]
    }
    guard let last = numbers.last else {
      throw OpFailure("the indices must have an axis", code: .invalidShape)
    }
    guard let depth = last else { return [TensorType(params.dtype, .unknown)] }
    guard depth <= dimensions.count else {
      throw OpFailure(
        "rows of \(depth) indices for the shape \(params.shape)", code: .invalidShape)
    }
    let shape = Array(numbers.dropLast()) + dimensions.dropFirst(depth)
    return [TensorType(params.dtype, TensorShape(shape))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [
      int32Node(inputs[1]), context.gradient(0), shapeNode(inputs[0]),
    ]
    return [apply(ScatterNd(), parts) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (params, indices) = (context.inputs[0], context.inputs[1])
    let blocks = try IndexedBlocks(indices, in: params.shape)
    let positions = blocks.starts.flatMap { start in start..<start + blocks.width }
    let shape = Array(indices.shape.dropLast()) + params.shape.dropFirst(blocks.depth)
    return [try params.picking(positions, shape: shape)]
  }
}

/// TensorFlow's `ScatterNd`: slices added up where rows of indices say, zeros elsewhere.
public struct ScatterNd: OpDefinition {
  public static let typeName = "ScatterNd"
  public init() {}
  public var inputNames: [String] { ["indices", "updates", "shape"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(0, dtypes: [.int32, .int64])
    let result = try context.requestedShape(2)
    let (indices, updates) = (context.inputs[0].shape, context.inputs[1].shape)
    if let dimensions = result.dimensions, let numbers = indices.dimensions,
      let depth = numbers.last ?? nil
    {
      guard depth <= dimensions.count else {
        throw OpFailure("rows of \(depth) indices for the shape \(result)", code: .invalidShape)
      }
      let wanted = TensorShape(Array(numbers.dropLast()) + dimensions.dropFirst(depth))
      guard updates.isCompatible(with: wanted) else {
        throw OpFailure(
          "updates of shape \(updates) do not fit indices of shape \(indices) for the shape "
            + "\(result): they need the shape \(wanted)", code: .invalidShape)
      }
    }
    return [TensorType(context.inputs[1].dtype, result)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let indices = int32Node(context.operation.inputs[0])
    return [nil, apply(GatherNd(), [context.gradient(0), indices]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[2].integers
    let count = try checkedCount(shape)
    let blocks = try IndexedBlocks(context.inputs[0], in: shape)
    guard let type = context.inputs[1].dtype.numericType else {
      throw OpFailure("sums are not defined for \(context.inputs[1].dtype)", code: .invalidType)
    }
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let updates = try context.input(1, as: S.self).scalars
      guard updates.count == blocks.starts.count * blocks.width else {
        throw OpFailure(
          "updates of shape \(context.inputs[1].shape) do not fit the indices",
          code: .invalidShape)
      }
      var sums = [S](repeating: S.zeroValue, count: count)
      for (row, start) in blocks.starts.enumerated() {
        for column in 0..<blocks.width {
          let update = updates[row * blocks.width + column]
          sums[start + column] = S.wrappingAdd(sums[start + column], update)
        }
      }
      return try hostTensor(shape, sums)
    }
    return [try open(type)]
  }
}

/// Where rows of indices point: the first element and the width of each block.
struct IndexedBlocks {
  let depth: Int
  let width: Int
  var starts: [Int] = []

  init(_ indices: AnyTensor, in shape: [Int]) throws(OpFailure) {
    guard let depth = indices.shape.last, depth <= shape.count else {
      throw OpFailure(
        "indices of shape \(indices.shape) for the shape \(shape)", code: .invalidShape)
    }
    self.depth = depth
    width = shape.dropFirst(depth).reduce(1, *)
    let strides = rowMajorStrides(shape)
    let numbers = indices.integers
    let rows = indices.shape.dropLast().reduce(1, *)
    for row in 0..<rows {
      var start = 0
      for axis in 0..<depth {
        let number = numbers[row * depth + axis]
        guard number >= 0, number < shape[axis] else {
          let point = Array(numbers[row * depth..<(row + 1) * depth])
          throw OpFailure("the indices \(point) are outside the shape \(shape)")
        }
        start += number * strides[axis]
      }
      starts.append(start)
    }
  }
}

/// Elements or slices by rows of indices: the last axis of `indices` names one place.
///
/// ```swift
/// gatherND(x, [[0, 1], [2, 3]])  // x[0, 1] and x[2, 3]
/// ```
/// Errors, when it runs: indices outside the tensor. Gradient: added up where they came from.
public func gatherND<S: TensorScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, _ indices: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(GatherNd(), [x.node, indices.node], name: name, at: SourceLocation(fileID, line))
}

/// Slices added up where rows of indices say, in a tensor of zeros.
///
/// Gradient: for the updates, gathered back.
public func scatterND<S: NumericScalar, I: IndexScalar>(
  indices: some NodeConvertible<I>, updates: some NodeConvertible<S>, shape: [Int],
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let label = "\(name ?? "ScatterNd")/shape"
  let values = shape.map { Int64($0) }
  let graph = updates.node.graph
  // The shape has the type of the indices, as TensorFlow's operation wants.
  let vector: any AnyNode =
    I.dtype == .int64
    ? graph.constant(Tensor(values), name: label, at: location)
    : graph.indices(shape, name: label, at: location)
  let inputs: [any AnyNode] = [indices.node, updates.node, vector]
  return apply(ScatterNd(), inputs, name: name, at: location)
}
