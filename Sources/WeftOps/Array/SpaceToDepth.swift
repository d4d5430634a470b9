import WeftGraph

/// TensorFlow's `SpaceToDepth`: blocks of pixels laid out as channels, [n, h, w, c] to
/// [n, h/b, w/b, b b c].
public struct SpaceToDepth: OpDefinition {
  public static let typeName = "SpaceToDepth"
  /// The side of a block.
  public let blockSize: Int
  public init(blockSize: Int) { self.blockSize = blockSize }
  public var attributes: [Attribute] {
    [Attribute("block_size", .int(blockSize)), Attribute("data_format", .string("NHWC"))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    let (input, d) = try imageDimensions(context, blockSize)
    for axis in 1...2 {
      if let size = d[axis], size % blockSize != 0 {
        throw OpFailure(
          "\(input.shape) does not divide into blocks of \(blockSize)", code: .invalidShape)
      }
    }
    let channels = d[3].map { $0 &* blockSize &* blockSize }
    return [
      TensorType(
        input.dtype, [d[0], d[1].map { $0 / blockSize }, d[2].map { $0 / blockSize }, channels])
    ]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(DepthToSpace(blockSize: blockSize), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let s = context.inputs[0].shape
    let b = blockSize
    let (rows, columns) = (s[1] / b, s[2] / b)
    let split = try context.inputs[0].viewed([s[0], rows, b, columns, b, s[3]])
    return [try split.transposed([0, 1, 3, 2, 4, 5]).viewed([s[0], rows, columns, b * b * s[3]])]
  }
}

/// TensorFlow's `DepthToSpace`: channels laid out as blocks of pixels, the inverse of
/// ``SpaceToDepth``.
public struct DepthToSpace: OpDefinition {
  public static let typeName = "DepthToSpace"
  /// The side of a block.
  public let blockSize: Int
  public init(blockSize: Int) { self.blockSize = blockSize }
  public var attributes: [Attribute] {
    [Attribute("block_size", .int(blockSize)), Attribute("data_format", .string("NHWC"))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    let (input, d) = try imageDimensions(context, blockSize)
    let area = blockSize * blockSize
    if let channels = d[3], channels % area != 0 {
      throw OpFailure(
        "the channels of \(input.shape) are no multiple of \(area)", code: .invalidShape)
    }
    let shape: TensorShape = [
      d[0], d[1].map { $0 &* blockSize }, d[2].map { $0 &* blockSize }, d[3].map { $0 / area },
    ]
    return [TensorType(input.dtype, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(SpaceToDepth(blockSize: blockSize), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let s = context.inputs[0].shape
    let b = blockSize
    let channels = s[3] / (b * b)
    let split = try context.inputs[0].viewed([s[0], s[1], s[2], b, b, channels])
    return [
      try split.transposed([0, 1, 3, 2, 4, 5]).viewed([s[0], s[1] * b, s[2] * b, channels])
    ]
  }
}

/// The four dimensions of input 0, after the checks that both operations share.
private func imageDimensions(
  _ context: InferenceContext, _ block: Int
) throws(OpFailure) -> (TensorType, [Int?]) {
  try context.require(count: 1)
  try context.require(0, rank: 4)
  guard block >= 2, block <= 1 << 15 else { throw OpFailure("a block cannot have side \(block)") }
  let input = context.inputs[0]
  return (input, input.shape.dimensions ?? Array(repeating: nil, count: 4))
}

/// Blocks of pixels laid out as channels. Errors: sides that are no multiple of the block's.
/// Gradient: laid back.
public func spaceToDepth<S: TensorScalar>(
  _ x: some NodeConvertible<S>, blockSize: Int, name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  apply(SpaceToDepth(blockSize: blockSize), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// Channels laid out as blocks of pixels. Errors: channels that are no multiple of the block's area.
/// Gradient: laid back.
public func depthToSpace<S: TensorScalar>(
  _ x: some NodeConvertible<S>, blockSize: Int, name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  apply(DepthToSpace(blockSize: blockSize), [x.node], name: name, at: SourceLocation(fileID, line))
}
