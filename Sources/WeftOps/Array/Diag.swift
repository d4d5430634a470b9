import WeftGraph

/// TensorFlow's `Diag`: a tensor on the diagonal of one of twice its rank.
public struct Diag: OpDefinition {
  public static let typeName = "Diag"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    return [TensorType(input.dtype, input.shape.appending(input.shape))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(DiagPart(), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let shape = input.shape + input.shape
    var positions = [Int](repeating: -1, count: try checkedCount(shape))
    for place in 0..<input.count { positions[place * (input.count + 1)] = place }
    return [try input.picking(positions, shape: shape)]
  }
}

/// TensorFlow's `DiagPart`: the diagonal of a tensor whose shape is one shape twice.
public struct DiagPart: OpDefinition {
  public static let typeName = "DiagPart"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown)]
    }
    let half = dimensions.count / 2
    let (a, b) = (TensorShape(Array(dimensions[..<half])), TensorShape(Array(dimensions[half...])))
    guard let merged = a.merged(with: b) else {
      throw OpFailure("the shape \(input.shape) is not one shape twice", code: .invalidShape)
    }
    return [TensorType(input.dtype, merged)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(Diag(), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let half = Array(input.shape.prefix(input.shape.count / 2))
    guard half + half == input.shape else {
      throw OpFailure("the shape \(input.shape) is not one shape twice", code: .invalidShape)
    }
    let count = half.reduce(1, *)
    return [try input.picking((0..<count).map { $0 * (count + 1) }, shape: half)]
  }
}

/// A tensor on the diagonal of one of twice its rank, zeros elsewhere: a vector gives a matrix.
///
/// Gradient: the diagonal.
public func diag<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Diag(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The diagonal of a tensor whose shape is one shape twice: of a square matrix a vector.
///
/// Gradient: put back on the diagonal.
public func diagPart<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(DiagPart(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The sums of the diagonals of matrices of the last two axes. Gradient: spread over the diagonals.
public func trace<S: NumericScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let diagonal: Node<S> = apply(MatrixDiagPart(), [x.node], at: location)
  let last = x.node.graph.indices([-1], name: "Sum/reduction_indices", at: location)
  return apply(Sum(keepDims: false), [diagonal, last], name: name ?? "trace", at: location)
}
