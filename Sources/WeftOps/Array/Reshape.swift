import WeftGraph

/// TensorFlow's `Reshape`: the same elements under another shape, given as a vector.
public struct Reshape: OpDefinition {
  public static let typeName = "Reshape"
  public init() {}
  public var aliasing: Aliasing { .view(of: 0) }
  public var inputNames: [String] { ["tensor", "shape"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 1)
    let input = context.inputs[0]
    return [TensorType(input.dtype, try resolve(input.shape, context.integers(1), context))]
  }

  private func resolve(_ shape: TensorShape, _ wanted: [Int]?, _ context: InferenceContext)
    throws(OpFailure) -> TensorShape
  {
    guard let wanted else { return context.shapeValue(1) }
    if let bad = wanted.first(where: { $0 < -1 }) {
      throw OpFailure("a dimension cannot be \(bad): \(wanted)", code: .invalidShape)
    }
    guard wanted.count(where: { $0 == -1 }) <= 1 else {
      throw OpFailure("only one dimension can be -1: \(wanted)", code: .invalidShape)
    }
    let known = checkedProduct(wanted.filter { $0 != -1 })
    guard let known else {
      throw OpFailure("the shape \(wanted) is too large", code: .invalidShape)
    }
    guard let count = shape.elementCount else {
      return TensorShape(wanted.map { $0 < 0 ? nil : $0 })
    }
    if wanted.contains(-1) {
      if known == 0 {
        guard count == 0 else { throw mismatch(shape, count, wanted) }
        return TensorShape(wanted.map { $0 == -1 ? 0 : $0 })
      }
      guard count % known == 0 else { throw mismatch(shape, count, wanted) }
      return TensorShape(wanted.map { $0 == -1 ? count / known : $0 })
    }
    guard known == count else { throw mismatch(shape, count, wanted) }
    return TensorShape(wanted)
  }

  private func mismatch(_ shape: TensorShape, _ count: Int, _ wanted: [Int]) -> OpFailure {
    OpFailure(
      "\(shape) has \(count) elements, which do not fill \(wanted)", code: .invalidShape)
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [
      apply(Reshape(), [context.gradient(0), shapeNode(context.operation.inputs[0])]) as Node<S>,
      nil,
    ]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try resolve(
      TensorShape(context.inputs[0].shape), context.inputs[1].integers,
      InferenceContext(inputs: []))
    do { return [try context.inputs[0].reshaped(shape.complete ?? [])] } catch {
      throw OpFailure(error.message, code: .invalidShape)
    }
  }
}

/// The same elements, in row-major order, under another shape; one dimension may be -1.
///
/// ```swift
/// let images = reshape(flat, [-1, 28, 28])
/// ```
/// Errors: a shape of another number of elements. Gradient: reshaped back.
public func reshape<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ shape: [Int], name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let vector = x.node.graph.constant(
    Tensor(shape.map { Int32(clamping: $0) }), name: "\(name ?? "Reshape")/shape", at: location)
  return apply(Reshape(), [x.node, vector], name: name, at: location)
}

/// The same elements under a shape computed in the graph.
public func reshape<S: TensorScalar, I: IndexScalar>(
  _ x: some NodeConvertible<S>, _ shape: some NodeConvertible<I>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Reshape(), [x.node, shape.node], name: name, at: SourceLocation(fileID, line))
}
