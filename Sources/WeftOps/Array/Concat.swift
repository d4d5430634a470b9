import WeftGraph

/// TensorFlow's `ConcatV2`: operands one after the other along an axis, which is the last input.
public struct ConcatV2: OpDefinition {
  public static let typeName = "ConcatV2"
  public static let displayName = "concat"
  /// The number of operands.
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("N", .int(count))] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard count > 0 else { throw OpFailure("needs an operand") }
    try context.require(count: count + 1)
    try context.requireSameType(Array(0..<count))
    try context.require(count, dtypes: [.int32, .int64])
    let dtype = context.inputs[0].dtype
    let shapes = context.inputs.prefix(count).map(\.shape)
    guard let rank = shapes.compactMap(\.rank).first else { return [TensorType(dtype, .unknown)] }
    if let other = shapes.first(where: { $0.rank != nil && $0.rank != rank }) {
      throw OpFailure("ranks differ: \(shapes[0]) and \(other)", code: .invalidShape)
    }
    guard let given = context.integer(count) else {
      return [TensorType(dtype, .unknown(rank: rank))]
    }
    let axis = try resolveAxis(given, rank: rank)
    var rest = TensorShape.unknown(rank: rank)
    var total: Int? = 0
    for shape in shapes {
      let size = shape[axis]
      total = size.flatMap { size in total.map { $0 + size } }
      var dimensions = shape.dimensions ?? Array(repeating: nil, count: rank)
      dimensions[axis] = nil
      guard let merged = rest.merged(with: TensorShape(dimensions)) else {
        throw OpFailure(
          "shapes differ beside axis \(axis): \(shapes[0]) and \(shape)", code: .invalidShape)
      }
      rest = merged
    }
    var result = rest.dimensions ?? []
    result[axis] = total
    return [TensorType(dtype, TensorShape(result))]
  }

  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    guard context.inputs.prefix(count).allSatisfy({ $0.shape.rank == 1 && $0.dtype.isInteger })
    else { return nil }
    return (0..<count).reduce(TensorShape.scalar) { $0.appending(context.shapeValue($1)) }
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let axis = int32Node(inputs[count])
    if count == 1 { return [context.gradient(0), nil] }
    let shapes = inputs.prefix(count).map { shapeNode($0) }
    let offsets = applyOperation(ConcatOffset(count: count), [axis] + shapes)
    let parts = (0..<count).map { index -> any AnyNode in
      let begin = Node<Int32>(output: offsets.output(index))
      return apply(SliceDefinition(), [context.gradient(0), begin, shapes[index]]) as Node<S>
    }
    return parts + [nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let parts = Array(context.inputs.prefix(count))
    let axis = try resolveAxis(
      try context.inputs[count].singleInteger("the axis"), rank: parts[0].shape.count)
    return [try concatenated(parts, axis: axis)]
  }
}

/// Host tensors one after the other along an axis.
func concatenated(_ parts: [AnyTensor], axis: Int) throws(OpFailure) -> AnyTensor {
  func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + ($1.shape.count == shape.count ? $1.shape[axis] : 0) }
    let outer = shape.prefix(axis).reduce(1, *)
    var scalars: [S] = []
    let sources = parts.compactMap { $0.typed(S.self)?.scalars }
    for block in 0..<outer {
      for source in sources {
        let width = source.count / outer
        scalars += source[block * width..<(block + 1) * width]
      }
    }
    return try hostTensor(shape, scalars)
  }
  return try open(parts[0].dtype.scalarType)
}

/// TensorFlow's `ConcatOffset`: where each operand of a concatenation begins in the result.
public struct ConcatOffset: OpDefinition {
  public static let typeName = "ConcatOffset"
  /// The number of shapes.
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("N", .int(count))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: count + 1)
    return context.inputs.dropFirst().map { TensorType(.int32, $0.shape) }
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shapes = context.inputs.dropFirst().map(\.integers)
    let axis = try resolveAxis(
      try context.inputs[0].singleInteger("the axis"), rank: shapes.first?.count ?? 0)
    var start = 0
    guard shapes.allSatisfy({ $0.count == shapes[0].count }) else {
      throw OpFailure("ranks differ: \(shapes)", code: .invalidShape)
    }
    return shapes.map { shape in
      var offset = shape.map { _ in 0 }
      offset[axis] = start
      start += shape[axis]
      return AnyTensor(indices: offset)
    }
  }
}

/// Nodes one after the other along an axis.
///
/// ```swift
/// concat([left, right], axis: 1)  // [n, 3] and [n, 5] give [n, 8]
/// ```
/// Errors: shapes that differ beside the axis. Gradient: each operand's part.
public func concat<S: TensorScalar>(
  _ nodes: [Node<S>], axis: Int, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  precondition(!nodes.isEmpty, "concat of no nodes")
  let location = SourceLocation(fileID, line)
  let name = name ?? "concat"
  let position = nodes[0].graph.index(axis, name: "\(name)/axis", at: location)
  let inputs: [any AnyNode] = nodes + [position]
  return apply(ConcatV2(count: nodes.count), inputs, name: name, at: location)
}
