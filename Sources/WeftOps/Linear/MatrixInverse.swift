import WeftGraph

/// TensorFlow's `MatrixInverse`: the inverse of each matrix in the last two axes, or its transpose.
public struct MatrixInverse: OpDefinition {
  public static let typeName = "MatrixInverse"
  public let adjoint: Bool
  public init(adjoint: Bool = false) { self.adjoint = adjoint }
  public var attributes: [Attribute] { [Attribute("adjoint", .bool(adjoint))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    _ = try context.requireMatrices(0, square: true)
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, y) = (context.gradient(0), context.output(0))
    if adjoint { return [-matmul(y, matmul(g, y, transposeA: true))] }
    return [-matmul(y, matmul(g, y, transposeB: true), transposeA: true)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    var values: [Double] = []
    for matrix in context.inputs[0].matrices {
      let source = adjoint ? matrix.transposed : matrix
      guard let inverse = source.solving(.identity(matrix.rows)).solution else {
        throw OpFailure("the matrix is not invertible", code: .evaluationFailed)
      }
      values += inverse.values
    }
    return [try context.reals(values)]
  }
}

/// TensorFlow's `MatrixDeterminant`: the determinant of each matrix in the last two axes.
public struct MatrixDeterminant: OpDefinition {
  public static let typeName = "MatrixDeterminant"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let shape = try context.requireMatrices(0, square: true)
    return [TensorType(context.inputs[0].dtype, shape.dropping(last: 2))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inverse: Node<S> = apply(MatrixInverse(adjoint: true), [context.input(0)])
    let factor = context.gradient(0) * context.output(0)
    return [expandDims(expandDims(factor, axis: -1), axis: -1) * inverse]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    [
      try context.reals(
        context.inputs[0].matrices.map {
          $0.solving(Matrix(rows: $0.rows, columns: 0)).determinant
        })
    ]
  }
}

/// The inverse of each matrix in the last two axes, transposed with `adjoint`.
///
/// Errors: matrices that are not square; a singular one fails when it runs. Gradient: -yᵀ g yᵀ.
public func matrixInverse<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, adjoint: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    MatrixInverse(adjoint: adjoint), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The determinant of each matrix in the last two axes.
///
/// Shapes: [..., n, n] gives [...]. Gradient: the determinant times the transposed inverse; a singular
/// matrix has none.
public func matrixDeterminant<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(MatrixDeterminant(), [x.node], name: name, at: SourceLocation(fileID, line))
}
