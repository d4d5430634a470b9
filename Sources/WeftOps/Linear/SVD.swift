import WeftGraph

/// TensorFlow's `Svd`: the singular values, descending, and vectors of each matrix.
public struct Svd: OpDefinition {
  public static let typeName = "Svd"
  /// Whether the vectors are wanted; else outputs 1 and 2 are empty.
  public let computeUV: Bool
  /// Whether the matrices of vectors are square.
  public let fullMatrices: Bool
  public init(computeUV: Bool = true, fullMatrices: Bool = false) {
    self.computeUV = computeUV
    self.fullMatrices = fullMatrices
  }
  public var attributes: [Attribute] {
    [
      Attribute("compute_uv", .bool(computeUV)), Attribute("full_matrices", .bool(fullMatrices)),
    ]
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let shape = try context.requireMatrices(0)
    let (rows, columns) = (shape[-2], shape[-1])
    let count = smaller(rows, columns)
    let (batch, dtype) = (shape.dropping(last: 2), context.inputs[0].dtype)
    let values = TensorType(dtype, batch.appending([count]))
    if !computeUV { return [values, TensorType(dtype, [0]), TensorType(dtype, [0])] }
    return [
      values, TensorType(dtype, batch.appending([rows, fullMatrices ? rows : count])),
      TensorType(dtype, batch.appending([columns, fullMatrices ? columns : count])),
    ]
  }

  /// With F = 1 / (sⱼ² - sᵢ²) off the diagonal, J = F ∘ uᵀ gᵤ and K = F ∘ vᵀ gᵥ:
  /// u (diag(gₛ) + (J + Jᵀ) S + S (K + Kᵀ)) vᵀ, and what lies outside the spans of u and v.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let x = context.input(0)
    let isSquare = x.shape[-2] != nil && x.shape[-2] == x.shape[-1]
    if computeUV, fullMatrices, !isSquare { return nil }
    let s = context.output(0)
    let (u, v) = computeUV ? (context.output(1), context.output(2)) : thinVectors(x)
    var inner = matrixDiag(context.gradientIfAny(0) ?? zeros(like: s))
    var outside: [Node<S>] = []
    if computeUV {
      let factors = inverseGaps(s * s)
      let (row, column) = (expandDims(s, axis: -2), expandDims(s, axis: -1))
      if let g = context.gradientIfAny(1) {
        let own = matmul(u, g, transposeA: true)
        let j = factors * own
        inner = inner + (j + matrixTranspose(j)) * row
        outside.append(matmul((g - matmul(u, own)) / row, v, transposeB: true))
      }
      if let g = context.gradientIfAny(2) {
        let own = matmul(v, g, transposeA: true)
        let k = factors * own
        inner = inner + column * (k + matrixTranspose(k))
        outside.append(matmul(u, (g - matmul(v, own)) / row, transposeB: true))
      }
    }
    let inside = matmul(u, matmul(inner, v, transposeB: true))
    return [outside.reduce(inside) { $0 + $1 }]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    var (values, left, right): ([Double], [Double], [Double]) = ([], [], [])
    for matrix in context.inputs[0].matrices {
      let count = Swift.min(matrix.rows, matrix.columns)
      let result = matrix.singularFactors
      values += result.values
      guard computeUV else { continue }
      let (u, v) = (result.u, result.v)
      left += u.prefix(rows: u.rows, columns: fullMatrices ? u.rows : count).values
      right += v.prefix(rows: v.rows, columns: fullMatrices ? v.rows : count).values
    }
    return [
      try context.reals(values), try context.reals(left, index: 1),
      try context.reals(right, index: 2),
    ]
  }
}

private func thinVectors<S: FloatingScalar>(_ x: Node<S>) -> (Node<S>, Node<S>) {
  let (_, u, v) = svd(x)
  return (u, v)
}

extension Matrix {
  /// The singular values, descending, and square orthogonal matrices of left and right vectors:
  /// one-sided Jacobi rotations (Hestenes).
  var singularFactors: (values: [Double], u: Matrix, v: Matrix) {
    if rows < columns {
      let (values, u, v) = transposed.singularFactors
      return (values, v, u)
    }
    var (a, v) = (self, Matrix.identity(columns))
    for _ in 0..<60 where !a.orthogonalizeColumns(&v) {}
    let lengths = (0..<columns).map { column in
      (0..<rows).reduce(0) { $0 + a[$1, column] * a[$1, column] }.squareRoot()
    }
    let order = (0..<columns).sorted { lengths[$0] > lengths[$1] }
    var left = Matrix(rows: rows, columns: columns)
    var right = Matrix(rows: columns, columns: columns)
    let negligible = (lengths.max() ?? 0) * 1e-300
    for (column, source) in order.enumerated() {
      for row in 0..<columns { right[row, column] = v[row, source] }
      guard lengths[source] > negligible else { continue }
      for row in 0..<rows { left[row, column] = a[row, source] / lengths[source] }
    }
    return (order.map { lengths[$0] }, left.completedBasis, right)
  }

  /// One sweep of rotations of pairs of columns; whether nothing was left to do.
  private mutating func orthogonalizeColumns(_ v: inout Matrix) -> Bool {
    var isDone = true
    for q in 0..<columns {
      for p in 0..<q {
        var (pp, qq, pq) = (0.0, 0.0, 0.0)
        for row in 0..<rows {
          pp += self[row, p] * self[row, p]
          qq += self[row, q] * self[row, q]
          pq += self[row, p] * self[row, q]
        }
        if !(Swift.abs(pq) > 1e-16 * (pp * qq).squareRoot()) { continue }
        isDone = false
        let zeta = (qq - pp) / (2 * pq)
        let sign: Double = zeta >= 0 ? 1 : -1
        let tangent = sign / (Swift.abs(zeta) + (1 + zeta * zeta).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        turnColumns(p, q, cosine, cosine * tangent)
        v.turnColumns(p, q, cosine, cosine * tangent)
      }
    }
    return isDone
  }

  private mutating func turnColumns(_ p: Int, _ q: Int, _ cosine: Double, _ sine: Double) {
    for row in 0..<rows {
      let (x, y) = (self[row, p], self[row, q])
      self[row, p] = cosine * x - sine * y
      self[row, q] = sine * x + cosine * y
    }
  }

  /// A square orthogonal matrix that begins with these orthonormal columns; columns of zeros and
  /// missing ones are filled up from the unit vectors.
  private var completedBasis: Matrix {
    var basis: [[Double]] = []
    for column in 0..<columns {
      let vector = (0..<rows).map { self[$0, column] }
      if vector.contains(where: { $0 != 0 }) { basis.append(vector) }
    }
    for axis in 0..<rows where basis.count < rows {
      var vector = (0..<rows).map { $0 == axis ? 1.0 : 0 }
      // Twice is enough (Parlett): what rounding left of the others goes in the second pass.
      for other in basis + basis {
        let dot = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
        vector = zip(vector, other).map { $0 - dot * $1 }
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 1e-8 { basis.append(vector.map { $0 / length }) }
    }
    var result = Matrix(rows: rows, columns: rows)
    for (column, vector) in basis.enumerated() where column < rows {
      for row in 0..<rows { result[row, column] = vector[row] }
    }
    return result
  }
}

/// Each matrix in the last two axes as u diag(s) vᵀ, with orthonormal columns in u and v.
///
/// Shapes: [..., m, n] gives s [..., p], descending, u [..., m, p] and v [..., n, p], with
/// p = min(m, n); with `fullMatrices` u and v are square. Gradient: for distinct singular values, not
/// with `fullMatrices` unless m = n.
public func svd<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, fullMatrices: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (s: Node<S>, u: Node<S>, v: Node<S>) {
  let operation = applyOperation(
    Svd(fullMatrices: fullMatrices), [x.node], name: name, at: SourceLocation(fileID, line))
  let outputs = (0..<3).map { Node<S>(output: operation.output($0)) }
  return (outputs[0], outputs[1], outputs[2])
}

/// The singular values, descending, of each matrix in the last two axes.
public func singularValues<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(Svd(computeUV: false), [x.node], name: name, at: SourceLocation(fileID, line))
}
