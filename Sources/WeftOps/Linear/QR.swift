import WeftGraph

/// TensorFlow's `Qr`: each matrix as an orthogonal one times an upper triangle.
public struct Qr: OpDefinition {
  public static let typeName = "Qr"
  /// Whether the orthogonal matrix is square.
  public let fullMatrices: Bool
  public init(fullMatrices: Bool = false) { self.fullMatrices = fullMatrices }
  public var attributes: [Attribute] { [Attribute("full_matrices", .bool(fullMatrices))] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let shape = try context.requireMatrices(0)
    let (rows, columns) = (shape[-2], shape[-1])
    let inner = fullMatrices ? rows : smaller(rows, columns)
    let (batch, dtype) = (shape.dropping(last: 2), context.inputs[0].dtype)
    return [
      TensorType(dtype, batch.appending([rows, inner])),
      TensorType(dtype, batch.appending([inner, columns])),
    ]
  }

  /// For matrices of at least as many rows as columns: S. Walter, L. Lehmann, "Algorithmic
  /// differentiation of linear algebra functions", 2018.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let shape = context.input(0).shape
    if let rows = shape[-2], let columns = shape[-1] {
      if rows < columns || (fullMatrices && rows != columns) { return nil }
    } else if fullMatrices {
      return nil
    }
    let (q, r) = (context.output(0), context.output(1))
    let forQ = context.gradientIfAny(0) ?? zeros(like: q)
    let forR = context.gradientIfAny(1) ?? zeros(like: r)
    func dividing(_ x: Node<S>) -> Node<S> {
      let solution: Node<S> = apply(MatrixTriangularSolve(lower: false), [r, matrixTranspose(x)])
      return matrixTranspose(solution)
    }
    let x = matmul(q, forQ, transposeA: true)
    let y = matmul(r, forR, transposeB: true)
    let skew = (x - matrixTranspose(x)) + (y - matrixTranspose(y))
    let lower = matrixBandPart(skew, lower: -1, upper: 0)
    let inside = matmul(q, forR + dividing(lower))
    return [inside + dividing(forQ - matmul(q, x))]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    var q: [Double] = []
    var r: [Double] = []
    for matrix in context.inputs[0].matrices {
      let factors = matrix.orthogonalFactors
      let inner = fullMatrices ? matrix.rows : Swift.min(matrix.rows, matrix.columns)
      q += factors.q.prefix(rows: matrix.rows, columns: inner).values
      r += factors.r.prefix(rows: inner, columns: matrix.columns).values
    }
    return [try context.reals(q), try context.reals(r, index: 1)]
  }
}

/// The smaller of two dimensions, where both are known.
func smaller(_ a: Int?, _ b: Int?) -> Int? {
  guard let a, let b else { return nil }
  return Swift.min(a, b)
}

extension Matrix {
  /// The first rows and columns.
  func prefix(rows: Int, columns: Int) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    for row in 0..<rows { for column in 0..<columns { result[row, column] = self[row, column] } }
    return result
  }

  /// A square orthogonal matrix and an upper triangle of this matrix's shape, by Householder's
  /// reflections; the signs are those of LAPACK and Eigen.
  var orthogonalFactors: (q: Matrix, r: Matrix) {
    var (q, r) = (Matrix.identity(rows), self)
    for step in 0..<Swift.min(rows, columns) {
      var v = (step..<rows).map { r[$0, step] }
      let tail = v.dropFirst().reduce(0) { $0 + $1 * $1 }
      if tail == 0 { continue }
      let length = (v[0] * v[0] + tail).squareRoot()
      v[0] += v[0] >= 0 ? length : -length
      let scale = 2 / v.reduce(0) { $0 + $1 * $1 }
      for column in 0..<columns {
        let dot = v.indices.reduce(0) { $0 + v[$1] * r[step + $1, column] }
        for k in v.indices { r[step + k, column] -= scale * dot * v[k] }
      }
      for row in 0..<rows {
        let dot = v.indices.reduce(0) { $0 + v[$1] * q[row, step + $1] }
        for k in v.indices { q[row, step + k] -= scale * dot * v[k] }
      }
      for k in v.indices.dropFirst() { r[step + k, step] = 0 }
    }
    return (q, r)
  }
}

/// Each matrix in the last two axes as an orthogonal matrix q times an upper triangle r.
///
/// Shapes: [..., m, n] gives [..., m, p] and [..., p, n], with p = min(m, n), or m with
/// `fullMatrices`. Gradient: for m ≥ n.
public func qr<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, fullMatrices: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (q: Node<S>, r: Node<S>) {
  let operation = applyOperation(
    Qr(fullMatrices: fullMatrices), [x.node], name: name, at: SourceLocation(fileID, line))
  return (Node(output: operation.output(0)), Node(output: operation.output(1)))
}
