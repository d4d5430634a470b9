import WeftGraph

/// TensorFlow's `Split`: equal parts along an axis, which is input 0.
public struct Split: OpDefinition {
  public static let typeName = "Split"
  /// The number of parts.
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("num_split", .int(count))] }
  public var inputNames: [String] { ["axis", "value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.int32])
    guard count > 0 else { throw OpFailure("cannot split into \(count) parts") }
    let value = context.inputs[1]
    guard var dimensions = value.shape.dimensions else {
      return Array(repeating: value, count: count)
    }
    guard let given = context.integer(0) else {
      let part = TensorType(value.dtype, .unknown(rank: dimensions.count))
      return Array(repeating: part, count: count)
    }
    let axis = try resolveAxis(given, rank: dimensions.count)
    if let size = dimensions[axis] {
      guard size % count == 0 else {
        throw OpFailure(
          "axis \(given) of \(value.shape) does not divide into \(count) equal parts",
          code: .invalidShape)
      }
      dimensions[axis] = size / count
    }
    return Array(repeating: TensorType(value.dtype, TensorShape(dimensions)), count: count)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let axis = int32Node(context.operation.inputs[0])
    let parts = (0..<count).map { partGradient(context, $0) }
    return [nil, apply(ConcatV2(count: count), parts + [axis]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let value = context.inputs[1]
    let axis = try resolveAxis(
      try context.inputs[0].singleInteger("the axis"), rank: value.shape.count)
    guard value.shape[axis] % count == 0 else {
      throw OpFailure("\(value.shape) does not divide into \(count) parts", code: .invalidShape)
    }
    let sizes = Array(repeating: value.shape[axis] / count, count: count)
    return try value.split(sizes, axis: axis)
  }
}

/// TensorFlow's `SplitV`: parts of given sizes along an axis; one size may be -1.
public struct SplitV: OpDefinition {
  public static let typeName = "SplitV"
  /// The number of parts.
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("num_split", .int(count))] }
  public var inputNames: [String] { ["value", "sizes", "axis"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(2, dtypes: [.int32])
    let value = context.inputs[0]
    guard let dimensions = value.shape.dimensions, let given = context.integer(2) else {
      let shape = value.shape.rank.map { TensorShape.unknown(rank: $0) } ?? .unknown
      return Array(repeating: TensorType(value.dtype, shape), count: count)
    }
    let axis = try resolveAxis(given, rank: dimensions.count)
    var sizes: [Int?] = Array(repeating: nil, count: count)
    if let wanted = context.integers(1) {
      sizes = wanted.map { $0 < 0 ? nil : $0 }
      if let total = dimensions[axis] { sizes = try resolved(wanted, total) }
    }
    guard sizes.count == count else {
      throw OpFailure("\(sizes.count) sizes for \(count) parts", code: .invalidShape)
    }
    return sizes.map { size in
      var part = dimensions
      part[axis] = size
      return TensorType(value.dtype, TensorShape(part))
    }
  }
  private func resolved(_ sizes: [Int], _ total: Int) throws(OpFailure) -> [Int] {
    let known = sizes.filter { $0 >= 0 }.reduce(0, &+)
    let free = sizes.count { $0 == -1 }
    guard sizes.allSatisfy({ $0 >= -1 }), free <= 1, free == 1 ? known <= total : known == total
    else {
      throw OpFailure("the sizes \(sizes) do not add up to \(total)", code: .invalidShape)
    }
    return sizes.map { $0 == -1 ? total - known : $0 }
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let axis = int32Node(context.operation.inputs[2])
    let parts = (0..<count).map { partGradient(context, $0) }
    return [apply(ConcatV2(count: count), parts + [axis]) as Node<S>, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let value = context.inputs[0]
    let axis = try resolveAxis(
      try context.inputs[2].singleInteger("the axis"), rank: value.shape.count)
    let sizes = try resolved(context.inputs[1].integers, value.shape[axis])
    guard sizes.count == count else {
      throw OpFailure("\(sizes.count) sizes for \(count) parts", code: .invalidShape)
    }
    return try value.split(sizes, axis: axis)
  }
}

/// The gradient of one of several outputs: zeros where none flows back.
func partGradient<S: FloatingScalar>(_ context: GradientContext<S>, _ index: Int) -> any AnyNode {
  if let gradient = context.gradientIfAny(index) { return gradient }
  return apply(ZerosLike(), [context.output(index)]) as Node<S>
}

extension AnyTensor {
  /// Parts along an axis whose sizes add up to it.
  func split(_ sizes: [Int], axis: Int) throws(OpFailure) -> [AnyTensor] {
    let strides = rowMajorStrides(shape)
    var start = 0
    var parts: [AnyTensor] = []
    for size in sizes {
      var part = shape
      part[axis] = size
      let positions = stridedPositions(part, strides: strides, offset: start * strides[axis])
      parts.append(try picking(positions, shape: part))
      start += size
    }
    return parts
  }
}

/// Equal parts along an axis.
///
/// ```swift
/// let gates = split(z, count: 4, axis: 1)  // [n, 4h] gives four [n, h]
/// ```
/// Errors: a size that is no multiple of the count. Gradient: the parts' gradients concatenated.
public func split<S: TensorScalar>(
  _ x: some NodeConvertible<S>, count: Int, axis: Int = 0, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> [Node<S>] {
  let location = SourceLocation(fileID, line)
  let name = name ?? "split"
  let position = x.node.graph.index(axis, name: "\(name)/split_dim", at: location)
  let operation = applyOperation(
    Split(count: count), [position, x.node], name: name, at: location)
  return (0..<max(count, 0)).map { Node(output: operation.output($0)) }
}

/// Parts of given sizes along an axis; one size may be -1.
public func split<S: TensorScalar>(
  _ x: some NodeConvertible<S>, sizes: [Int], axis: Int = 0, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> [Node<S>] {
  let location = SourceLocation(fileID, line)
  let name = name ?? "split"
  let graph = x.node.graph
  let parts = graph.indices(sizes, name: "\(name)/size_splits", at: location)
  let position = graph.index(axis, name: "\(name)/split_dim", at: location)
  let operation = applyOperation(
    SplitV(count: sizes.count), [x.node, parts, position], name: name, at: location)
  return sizes.indices.map { Node(output: operation.output($0)) }
}
