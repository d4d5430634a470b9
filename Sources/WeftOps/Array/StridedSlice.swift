import WeftGraph

/// TensorFlow's `StridedSlice`: NumPy's basic indexing.
public struct StridedSlice: OpDefinition {
  public static let typeName = "StridedSlice"
  /// How the elements of begin, end and strides are read.
  public let masks: SliceMasks
  public init(masks: SliceMasks) { self.masks = masks }
  public var attributes: [Attribute] { masks.attributes }
  public var inputNames: [String] { ["input", "begin", "end", "strides"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    try context.require(1, dtypes: [.int32, .int64])
    try context.requireSameType([1, 2, 3])
    for index in 1...3 { try context.require(index, rank: 1) }
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown)]
    }
    if let slice = try resolved(context, dimensions) {
      return [TensorType(input.dtype, TensorShape(slice.shape))]
    }
    // The numbers are not known; the rank and the axes that no part names still are.
    guard let length = context.inputs[1].shape[0] else {
      return [TensorType(input.dtype, .unknown)]
    }
    let ones = Array(repeating: 1, count: length)
    let slice = try ResolvedSlice(
      dimensions, begin: ones, end: ones, steps: ones, masks: masks, areNumbersKnown: false)
    return [TensorType(input.dtype, TensorShape(slice.shape))]
  }

  private func resolved(
    _ context: InferenceContext, _ dimensions: [Int?]
  ) throws(OpFailure) -> ResolvedSlice? {
    guard let begin = context.integers(1), let end = context.integers(2),
      let steps = context.integers(3)
    else { return nil }
    return try ResolvedSlice(dimensions, begin: begin, end: end, steps: steps, masks: masks)
  }

  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    guard context.inputs[0].shape.rank == 1, let values = context.shapeValue(0).dimensions,
      let slice = try? resolved(context, [values.count]), slice.shape.count <= 1
    else { return nil }
    return TensorShape(slice.positions(in: [values.count]).map { values[$0] })
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [
      shapeNode(inputs[0]), int32Node(inputs[1]), int32Node(inputs[2]), int32Node(inputs[3]),
      context.gradient(0),
    ]
    return [apply(StridedSliceGrad(masks: masks), parts) as Node<S>, nil, nil, nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let numbers = context.inputs.dropFirst().map(\.integers)
    let slice = try ResolvedSlice(
      input.shape, begin: numbers[0], end: numbers[1], steps: numbers[2], masks: masks)
    return [
      try input.picking(slice.positions(in: input.shape), shape: slice.shape.compactMap { $0 })
    ]
  }
}

/// TensorFlow's `StridedSliceGrad`: a gradient put back where a strided slice was taken, zeros
/// elsewhere.
public struct StridedSliceGrad: OpDefinition {
  public static let typeName = "StridedSliceGrad"
  /// How the elements of begin, end and strides are read.
  public let masks: SliceMasks
  public init(masks: SliceMasks) { self.masks = masks }
  public var attributes: [Attribute] { masks.attributes }
  public var inputNames: [String] { ["shape", "begin", "end", "strides", "dy"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 5)
    return [TensorType(context.inputs[4].dtype, try context.requestedShape(0))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [
      context.gradient(0), int32Node(inputs[1]), int32Node(inputs[2]), int32Node(inputs[3]),
    ]
    return [nil, nil, nil, nil, apply(StridedSlice(masks: masks), parts) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let numbers = context.inputs.prefix(4).map(\.integers)
    let shape = numbers[0]
    let count = try checkedCount(shape)
    let slice = try ResolvedSlice(
      shape, begin: numbers[1], end: numbers[2], steps: numbers[3], masks: masks)
    let gradient = context.inputs[4]
    guard slice.shape.compactMap({ $0 }) == gradient.shape else {
      throw OpFailure(
        "the slice has the shape \(TensorShape(slice.shape)), its gradient \(gradient.shape)",
        code: .invalidShape)
    }
    var sources = [Int](repeating: -1, count: count)
    for (index, position) in slice.positions(in: shape).enumerated() { sources[position] = index }
    return [try gradient.picking(sources, shape: shape)]
  }
}
