import WeftGraph

/// TensorFlow's `StackV2`: a stack that lives for one run. Its output is a handle.
public struct StackV2: ListDefinition {
  public static let typeName = "StackV2"
  /// The type of the elements; nil for handles of stacks and arrays.
  public let elementType: DType?
  /// The name that the stack has in TensorFlow.
  public let stackName: String
  public init(elementType: DType?, stackName: String = "") {
    self.elementType = elementType
    self.stackName = stackName
  }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["largest size"] }
  public var attributes: [Attribute] {
    (elementType.map { [Attribute("elem_type", .type($0))] } ?? [])
      + [Attribute("stack_name", .string(stackName))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(.int64, .scalar)]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] {
    [ListTrace(dtype: elementType ?? .int64)]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    [AnyTensor(Tensor(context.environment.store.makeList()))]
  }
}

/// TensorFlow's `StackPushV2`: puts a value on a stack; its output is the value.
public struct StackPushV2: ListDefinition {
  public static let typeName = "StackPushV2"
  public init() {}
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["stack", "element"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.int64])
    return [context.inputs[1]]
  }
  public func trace(_ context: InferenceContext) throws(OpFailure) -> [ListTrace?] {
    context.list(0)?.record(context.inputs[1].shape)
    // The shapes that TensorFlow's gradients take from stacks are the same in every turn.
    try context.list(0)?.record(value: context.constant(1))
    if let element = context.list(1) { context.list(0)?.element = element }
    return [context.list(1)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let value = context.inputs[1]
    try context.list(0).push(
      value.sharedStorage.pointer, byteCount: value.byteCount, shape: value.shape)
    return [value]
  }
}

/// TensorFlow's `StackPopV2`: takes the last value from a stack.
public struct StackPopV2: ListDefinition {
  public static let typeName = "StackPopV2"
  /// The type of the element; nil for a handle.
  public let elementType: DType?
  public init(elementType: DType?) { self.elementType = elementType }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["stack"] }
  public var attributes: [Attribute] {
    elementType.map { [Attribute("elem_type", .type($0))] } ?? []
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.int64])
    let handle: TensorShape = elementType == nil ? .scalar : .unknown
    return [TensorType(elementType ?? .int64, context.list(0)?.shape ?? handle)]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [context.list(0)?.element] }
  public func knownValue(_ context: InferenceContext) -> AnyTensor? {
    context.list(0)?.takeConstant()
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (shape, bytes) = try context.list(0).pop()
    return [try copiedTensor(elementType ?? .int64, shape, bytes)]
  }
}

/// TensorFlow's `StackCloseV2`: the stack is not used any more.
public struct StackCloseV2: ListDefinition {
  public static let typeName = "StackCloseV2"
  public init() {}
  public var effect: Effect { .resource }
  public func outputTypes(_ context: InferenceContext) -> [TensorType] { [] }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [] }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [] }
}
