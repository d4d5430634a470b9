import WeftGraph

/// TensorFlow's `TensorArrayGatherV3`: the values at some places, stacked along a new first axis.
public struct TensorArrayGatherV3: ListDefinition {
  public static let typeName = "TensorArrayGatherV3"
  public let dtype: DType
  /// The shape of the elements as far as it is known.
  public let elementShape: TensorShape
  public init(dtype: DType, elementShape: TensorShape = .unknown) {
    self.dtype = dtype
    self.elementShape = elementShape
  }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "places", "flow"] }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(dtype)), Attribute("element_shape", .shape(elementShape))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(0, dtypes: [.int64])
    try context.require(1, rank: 1)
    let element = try WeftOps.elementShape(elementShape, context.list(0))
    guard let dimensions = element.dimensions else { return [TensorType(dtype, .unknown)] }
    return [TensorType(dtype, TensorShape([context.inputs[1].shape[0]] + dimensions))]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [nil] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let gradient = gradientList(of: inputs[0], flow: inputs[2])
    let flow = inputs[0].graph.innermost.add(
      TensorArrayScatterV3(),
      inputs: [gradient.list, inputs[1], context.gradient(0).output, gradient.flow], at: nil)
    return [nil, nil, Node<Float>(output: flow.output(0))]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let list = try context.list(0)
    var parts: [AnyTensor] = []
    for place in context.inputs[1].integers {
      let part = try readTensor(list, place, dtype)
      if let first = parts.first, first.shape != part.shape {
        throw OpFailure(
          "elements of the shapes \(first.shape) and \(part.shape) cannot be stacked",
          code: .invalidShape)
      }
      parts.append(part)
    }
    let known = parts.first?.shape ?? list.elementShape ?? elementShape.complete
    guard let shape = known else {
      throw OpFailure("no element is asked for, and their shape is not known")
    }
    var result = try zeroTensor(dtype, [parts.count] + shape)
    result.withUnsafeMutableBytes { target in
      var offset = 0
      for part in parts {
        part.withUnsafeBytes { source in
          if let base = target.baseAddress, let from = source.baseAddress, source.count > 0 {
            (base + offset).copyMemory(from: from, byteCount: source.count)
          }
          offset += source.count
        }
      }
    }
    return [result]
  }
}

/// TensorFlow's `TensorArrayScatterV3`: puts the slices along the first axis at some places.
public struct TensorArrayScatterV3: ListDefinition {
  public static let typeName = "TensorArrayScatterV3"
  public init() {}
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "places", "values", "flow"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    try context.require(0, dtypes: [.int64])
    try context.require(1, rank: 1)
    if let rank = context.inputs[2].shape.rank, rank == 0 {
      throw OpFailure("a single number has no slices to put into an array", code: .invalidShape)
    }
    return [TensorType(.float32, .scalar)]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] {
    if let dimensions = context.inputs[2].shape.dimensions {
      context.list(0)?.record(TensorShape(Array(dimensions.dropFirst())))
    }
    return [nil]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    guard inputs[2].carriesGradient, let type = inputs[2].type else {
      return [nil, nil, nil, context.gradient(0)]
    }
    let gradient = gradientList(of: inputs[0], flow: context.gradient(0).output)
    let element = type.shape.dimensions.map { TensorShape(Array($0.dropFirst())) } ?? .unknown
    let slope = inputs[0].graph.innermost.add(
      TensorArrayGatherV3(dtype: type.dtype, elementShape: element),
      inputs: [gradient.list, inputs[1], gradient.flow], at: nil)
    return [nil, nil, Node<S>(output: slope.output(0)), context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let list = try context.list(0)
    let value = context.inputs[2]
    let places = context.inputs[1].integers
    guard value.shape.first == places.count else {
      throw OpFailure(
        "\(places.count) places for a value of shape \(value.shape)", code: .invalidShape)
    }
    let shape = Array(value.shape.dropFirst())
    let size = places.isEmpty ? 0 : value.byteCount / places.count
    for (row, place) in places.enumerated() {
      try list.write(
        value.sharedStorage.pointer + row * size, value.dtype, byteCount: size, shape: shape,
        at: place)
    }
    return [flowTensor]
  }
}
