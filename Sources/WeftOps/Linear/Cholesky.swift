import WeftGraph

/// TensorFlow's `Cholesky`: the lower triangle L with L Lᵀ equal to each matrix in the last two axes.
public struct Cholesky: OpDefinition {
  public static let typeName = "Cholesky"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    _ = try context.requireMatrices(0, square: true)
    return [context.inputs[0]]
  }

  /// I. Murray, "Differentiation of the Cholesky decomposition", 2016, equation 10: with Φ the lower
  /// triangle, its diagonal halved, L⁻ᵀ Φ(Lᵀ g) L⁻¹, made symmetric.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, factor) = (context.gradient(0), context.output(0))
    let product = matmul(factor, g, transposeA: true)
    let halved = matrixSetDiag(product, diagonal: 0.5 * matrixDiagPart(product))
    let middle = matrixBandPart(halved, lower: -1, upper: 0)
    let back = MatrixTriangularSolve(lower: true, adjoint: true)
    let left: Node<S> = apply(back, [factor, middle])
    let full: Node<S> = apply(back, [factor, matrixTranspose(left)])
    return [0.5 * (full + matrixTranspose(full))]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    var values: [Double] = []
    for matrix in context.inputs[0].matrices {
      guard let factor = matrix.choleskyFactor else {
        throw OpFailure("the matrix is not positive definite", code: .evaluationFailed)
      }
      values += factor.values
    }
    return [try context.reals(values)]
  }
}

extension Matrix {
  /// The lower Cholesky factor, of which only the lower triangle is read; nil where the matrix is not
  /// positive definite.
  fileprivate var choleskyFactor: Matrix? {
    var factor = Matrix(rows: rows, columns: rows)
    for row in 0..<rows {
      for column in 0...row {
        var value = self[row, column]
        for k in 0..<column { value -= factor[row, k] * factor[column, k] }
        if row != column {
          factor[row, column] = value / factor[column, column]
        } else {
          guard value > 0 else { return nil }
          factor[row, row] = value.squareRoot()
        }
      }
    }
    return factor
  }
}

/// The lower triangle L with L Lᵀ equal to each matrix in the last two axes, of which only the lower
/// triangle is read.
///
/// Errors: matrices that are not square; one that is not positive definite fails when it runs.
public func cholesky<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Cholesky(), [x.node], name: name, at: SourceLocation(fileID, line))
}
