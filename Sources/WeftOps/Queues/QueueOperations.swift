import WeftGraph

/// An operation on a queue.
public protocol QueueOperation: ResourceOperation {}

extension QueueOperation {
  func queue(_ resource: any SessionResource) throws(OpFailure) -> QueueStorage {
    guard let queue = resource as? QueueStorage else {
      throw OpFailure("the first operand is no queue", code: .invalidType)
    }
    return queue
  }
}

/// TensorFlow's `QueueEnqueueV2`: puts one element into a queue; waits for room.
public struct QueueEnqueueV2: QueueOperation {
  public static let typeName = "QueueEnqueueV2"
  public static let displayName = "enqueue"
  public init() {}
  public var precedence: Int { 0 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] { [] }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    let queue = try queue(resource)
    try queue.check(context.inputs, of: context.inputs.map(\.shape))
    try queue.enqueue([context.inputs])
    return []
  }
}

/// TensorFlow's `QueueEnqueueManyV2`: puts the rows of tensors into a queue, as one element each.
public struct QueueEnqueueManyV2: QueueOperation {
  public static let typeName = "QueueEnqueueManyV2"
  public static let displayName = "enqueueMany"
  public init() {}
  public var precedence: Int { 0 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    for input in context.inputs.dropFirst() where input.shape.rank == 0 {
      throw OpFailure(
        "takes tensors with a first axis of elements, not a scalar", code: .invalidShape)
    }
    return []
  }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    let queue = try queue(resource)
    let counts = context.inputs.map { $0.shape.first ?? 0 }
    guard let count = counts.first, counts.allSatisfy({ $0 == count }) else {
      throw OpFailure(
        "the components have different numbers of rows: \(counts)", code: .invalidShape)
    }
    try queue.check(context.inputs, of: context.inputs.map { Array($0.shape.dropFirst()) })
    var elements: [[AnyTensor]] = []
    for row in 0..<count {
      var element: [AnyTensor] = []
      for input in context.inputs { element.append(try input.copiedRow(row)) }
      elements.append(element)
    }
    try queue.enqueue(elements)
    return []
  }
}

/// TensorFlow's `QueueDequeueV2`: takes one element out of a queue; waits for one.
public struct QueueDequeueV2: QueueOperation {
  public static let typeName = "QueueDequeueV2"
  public static let displayName = "dequeue"
  /// The element types of the components.
  public let types: [DType]
  /// The shapes of the components, as far as they are known.
  public let shapes: [TensorShape]
  public init(types: [DType], shapes: [TensorShape] = []) {
    self.types = types
    self.shapes = shapes
  }
  public var attributes: [Attribute] { [Attribute("component_types", .types(types))] }
  public var precedence: Int { 1 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return types.indices.map { index in
      TensorType(types[index], shapes.indices.contains(index) ? shapes[index] : .unknown)
    }
  }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    let queue = try queue(resource)
    try queue.check(types: types)
    return try queue.dequeue(1, allowsFewer: false)[0]
  }
}

/// TensorFlow's `QueueDequeueManyV2` and `QueueDequeueUpToV2`: several elements as the rows of tensors.
public protocol QueueRowsDefinition: QueueOperation {
  /// The element types of the components.
  var types: [DType] { get }
  /// The shapes of the components, as far as they are known.
  var shapes: [TensorShape] { get }
  /// Whether a closed queue may give fewer.
  var allowsFewer: Bool { get }
}

extension QueueRowsDefinition {
  public var attributes: [Attribute] { [Attribute("component_types", .types(types))] }
  public var precedence: Int { 1 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32])
    try context.require(1, rank: 0)
    let known = context.integer(1)
    if let known, known < 0 { throw OpFailure("\(known) elements cannot be taken out") }
    let rows = TensorShape([allowsFewer ? nil : known])
    return types.indices.map { index in
      let shape = shapes.indices.contains(index) ? shapes[index] : .unknown
      return TensorType(types[index], rows.appending(shape))
    }
  }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    let queue = try queue(resource)
    try queue.check(types: types)
    let count = try context.inputs[0].singleInteger("the number of elements")
    guard count >= 0 else { throw OpFailure("\(count) elements cannot be taken out") }
    if queue.order != .padding { try queue.settings.requireCompleteShapes() }
    let elements = count == 0 ? [] : try queue.dequeue(count, allowsFewer: allowsFewer)
    return try queue.stacked(elements)
  }
}

/// TensorFlow's `QueueDequeueManyV2`: so many elements as the rows of tensors; waits for all of them.
public struct QueueDequeueManyV2: QueueRowsDefinition {
  public static let typeName = "QueueDequeueManyV2"
  public static let displayName = "dequeueMany"
  public let types: [DType]
  public let shapes: [TensorShape]
  public var allowsFewer: Bool { false }
  public init(types: [DType], shapes: [TensorShape] = []) {
    self.types = types
    self.shapes = shapes
  }
}

/// TensorFlow's `QueueDequeueUpToV2`: so many elements, or those that are left in a closed queue.
public struct QueueDequeueUpToV2: QueueRowsDefinition {
  public static let typeName = "QueueDequeueUpToV2"
  public static let displayName = "dequeueUpTo"
  public let types: [DType]
  public let shapes: [TensorShape]
  public var allowsFewer: Bool { true }
  public init(types: [DType], shapes: [TensorShape] = []) {
    self.types = types
    self.shapes = shapes
  }
}

/// TensorFlow's `QueueSizeV2`: how many elements are in a queue.
public struct QueueSizeV2: QueueOperation {
  public static let typeName = "QueueSizeV2"
  public init() {}
  public var precedence: Int { 4 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(.int32, [])]
  }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    [AnyTensor(Tensor(Int32(clamping: try queue(resource).size())))]
  }
}

/// TensorFlow's `QueueIsClosedV2`: whether a queue was closed.
public struct QueueIsClosedV2: QueueOperation {
  public static let typeName = "QueueIsClosedV2"
  public init() {}
  public var precedence: Int { 3 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(.bool, [])]
  }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    [AnyTensor(Tensor(try queue(resource).closed()))]
  }
}

/// TensorFlow's `QueueCloseV2`: a queue takes no more elements.
public struct QueueCloseV2: QueueOperation {
  public static let typeName = "QueueCloseV2"
  /// Whether those who wait for room are told so, too.
  public let cancelsPending: Bool
  public init(cancelsPending: Bool = false) { self.cancelsPending = cancelsPending }
  public var attributes: [Attribute] {
    [Attribute("cancel_pending_enqueues", .bool(cancelsPending))]
  }
  public var precedence: Int { 2 }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return []
  }
  public func run(on resource: any SessionResource, _ context: EvaluationContext)
    throws(OpFailure) -> [AnyTensor]
  {
    try queue(resource).close(cancelling: cancelsPending)
    return []
  }
}
