import WeftGraph

/// TensorFlow's `Rank`: the number of dimensions.
public struct Rank: OpDefinition {
  public static let typeName = "Rank"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(.int32, .scalar)]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    context.inputs[0].shape.rank.map { [$0] }
  }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    context.inputs[0].shape.rank.map { [AnyTensor(Tensor(Int32(clamping: $0)))] }
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    [AnyTensor(Tensor(Int32(clamping: context.inputs[0].shape.count)))]
  }
}

/// TensorFlow's `Size`: the number of elements.
public struct Size: OpDefinition {
  public static let typeName = "Size"
  /// `int32` or `int64`.
  public let dtype: DType
  public init(dtype: DType) { self.dtype = dtype }
  public var attributes: [Attribute] { [Attribute("out_type", .type(dtype))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    return [TensorType(dtype, .scalar)]
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    context.inputs[0].shape.elementCount.map { [$0] }
  }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    context.inputs[0].shape.elementCount.map { [value($0)] }
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    [value(context.inputs[0].count)]
  }
  private func value(_ count: Int) -> AnyTensor {
    dtype == .int64
      ? AnyTensor(Tensor(Int64(count))) : AnyTensor(Tensor(Int32(clamping: count)))
  }
}

/// TensorFlow's `ShapeN`: the dimensions of each of several operands.
public struct ShapeN: OpDefinition {
  public static let typeName = "ShapeN"
  /// The number of operands.
  public let count: Int
  /// `int32` or `int64`.
  public let dtype: DType
  public init(count: Int, dtype: DType) {
    self.count = count
    self.dtype = dtype
  }
  public var attributes: [Attribute] {
    [Attribute("N", .int(count)), Attribute("out_type", .type(dtype))]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: count)
    return context.inputs.map { TensorType(dtype, [$0.shape.rank]) }
  }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? {
    context.inputs.first?.shape
  }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? {
    let shapes = context.inputs.compactMap { $0.shape.complete }
    guard shapes.count == context.inputs.count else { return nil }
    return shapes.map { AnyTensor(indices: $0, as: dtype) }
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    Array(repeating: nil, count: count)
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    context.inputs.map { AnyTensor(indices: $0.shape, as: dtype) }
  }
}

/// The number of dimensions that a node has when it runs.
public func rank<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Int32> {
  apply(Rank(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The number of elements that a node has when it runs.
public func size<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Int32> {
  apply(Size(dtype: .int32), [x.node], name: name, at: SourceLocation(fileID, line))
}
