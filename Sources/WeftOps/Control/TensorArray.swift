import WeftGraph

/// TensorFlow's `TensorArrayV3`: a list of tensors that lives for one run.
///
/// The outputs are a handle, and a flow: a number without meaning that operations on the array pass on
/// to each other, so that they happen in order.
public struct TensorArrayV3: ListDefinition {
  public static let typeName = "TensorArrayV3"
  public let dtype: DType
  /// The shape that all elements have, as far as it is known.
  public let elementShape: TensorShape
  /// Whether writing beyond the end makes the array longer.
  public let dynamicSize: Bool
  /// Whether an element is gone after it was read.
  public let clearAfterRead: Bool
  /// Whether all elements have the shape of the first that is written.
  public let identicalElementShapes: Bool
  /// The name that the array has in TensorFlow.
  public let arrayName: String
  public init(
    dtype: DType, elementShape: TensorShape = .unknown, dynamicSize: Bool = false,
    clearAfterRead: Bool = true, identicalElementShapes: Bool = false, arrayName: String = ""
  ) {
    self.dtype = dtype
    self.elementShape = elementShape
    self.dynamicSize = dynamicSize
    self.clearAfterRead = clearAfterRead
    self.identicalElementShapes = identicalElementShapes
    self.arrayName = arrayName
  }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["size"] }
  public var attributes: [Attribute] {
    [
      Attribute("dtype", .type(dtype)), Attribute("element_shape", .shape(elementShape)),
      Attribute("dynamic_size", .bool(dynamicSize)),
      Attribute("clear_after_read", .bool(clearAfterRead)),
      Attribute("identical_element_shapes", .bool(identicalElementShapes)),
      Attribute("tensor_array_name", .string(arrayName)),
    ]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.int32])
    return listTypes
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] {
    let size = dynamicSize ? nil : context.integers(0)?.first
    let shape = elementShape.dimensions == nil ? nil : elementShape
    return [ListTrace(dtype: dtype, shape: shape, size: size), nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let size = try context.inputs[0].singleInteger("the size")
    return [
      AnyTensor(Tensor(try makeList(size: size, in: context.environment.store))), flowTensor,
    ]
  }

  /// A new list for an array of that size: its handle.
  public func makeList(size: Int, in store: RunStore) throws(OpFailure) -> Int64 {
    guard size >= 0, size <= RunList.sizeLimit else {
      throw OpFailure("a tensor array cannot have the size \(size)", code: .invalidArgument)
    }
    let handle = store.makeList()
    let list = try store.list(handle)
    list.resize(size)
    list.mayGrow = dynamicSize
    list.clearsAfterRead = clearAfterRead
    list.elementShape = elementShape.complete
    list.hasOneShape = identicalElementShapes
    return handle
  }
}

/// A handle and a flow.
private let listTypes = [TensorType(.int64, .scalar), TensorType(.float32, .scalar)]
/// The value of every flow.
let flowTensor = AnyTensor(Tensor(Float(0)))

/// TensorFlow's `TensorArrayGradV3`: the array that gathers the gradients of an array's elements for
/// one pass of differentiation. What is written to one place adds up.
public struct TensorArrayGradV3: ListDefinition {
  public static let typeName = "TensorArrayGradV3"
  /// The pass of differentiation.
  public let source: String
  public init(source: String) { self.source = source }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "flow"] }
  public var attributes: [Attribute] { [Attribute("source", .string(source))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.int64])
    return listTypes
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [context.list(0), nil] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, context.gradientIfAny(1)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let gradient = try gradientList(of: try context.handle(0), in: context.environment.store)
    return [AnyTensor(Tensor(gradient)), flowTensor]
  }

  /// The list of the gradients of a list for this pass: its handle.
  public func gradientList(of handle: Int64, in store: RunStore) throws(OpFailure) -> Int64 {
    let list = try store.list(handle)
    let gradient = store.gradientList(of: handle, source: source)
    if gradient.isNew { try store.list(gradient.handle).becomeGradient(of: list) }
    return gradient.handle
  }
}

/// TensorFlow's `TensorArrayWriteV3`: puts a value at a place.
public struct TensorArrayWriteV3: ListDefinition {
  public static let typeName = "TensorArrayWriteV3"
  public init() {}
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "place", "value", "flow"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    try context.require(0, dtypes: [.int64])
    try context.require(1, dtypes: [.int32])
    return [TensorType(.float32, .scalar)]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] {
    context.list(0)?.record(context.inputs[2].shape)
    if let element = context.list(2) { context.list(0)?.element = element }
    return [nil]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let flow = context.gradient(0).output
    let slope =
      inputs[2].carriesGradient
      ? gradientInList(inputs[0], at: inputs[1], flow: flow, type: inputs[2].type) : nil
    return [nil, nil, slope.map { Node<S>(output: $0) }, context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let value = context.inputs[2]
    try context.list(0).write(
      value.sharedStorage.pointer, value.dtype, byteCount: value.byteCount, shape: value.shape,
      at: try context.place(1))
    return [flowTensor]
  }
}

/// TensorFlow's `TensorArrayReadV3`: the value at a place.
public struct TensorArrayReadV3: ListDefinition {
  public static let typeName = "TensorArrayReadV3"
  public let dtype: DType
  /// The shape as far as it is known; not an attribute in TensorFlow.
  public let shape: TensorShape
  public init(dtype: DType, shape: TensorShape = .unknown) {
    self.dtype = dtype
    self.shape = shape
  }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "place", "flow"] }
  public var attributes: [Attribute] { [Attribute("dtype", .type(dtype))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.require(0, dtypes: [.int64])
    try context.require(1, dtypes: [.int32])
    return [TensorType(dtype, try elementShape(shape, context.list(0)))]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [context.list(0)?.element] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let flow = writeGradient(
      context.gradient(0).output, toPlaceOf: inputs[1], of: inputs[0], flow: inputs[2])
    return [nil, nil, Node<Float>(output: flow)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [try readTensor(try context.list(0), try context.place(1), dtype)]
  }
}

/// TensorFlow's `TensorArraySizeV3`: the number of places.
public struct TensorArraySizeV3: ListDefinition {
  public static let typeName = "TensorArraySizeV3"
  public init() {}
  public var inputNames: [String] { ["array", "flow"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.int64])
    return [TensorType(.int32, .scalar)]
  }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    context.list(0)?.size.map { [AnyTensor(Tensor(Int32(clamping: $0)))] }
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [nil] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [AnyTensor(Tensor(Int32(clamping: try context.list(0).count)))]
  }
}

/// TensorFlow's `TensorArrayCloseV3`: the array is not used any more.
public struct TensorArrayCloseV3: ListDefinition {
  public static let typeName = "TensorArrayCloseV3"
  public init() {}
  public var effect: Effect { .resource }
  public func outputTypes(_ context: InferenceContext) -> [TensorType] { [] }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [] }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [] }
}
