import WeftGraph

/// TensorFlow's `SelfAdjointEigV2`: the eigenvalues, ascending, and eigenvectors of symmetric matrices.
public struct SelfAdjointEigV2: OpDefinition {
  public static let typeName = "SelfAdjointEigV2"
  /// Whether the eigenvectors are wanted; else output 1 is empty.
  public let computeV: Bool
  public init(computeV: Bool = true) { self.computeV = computeV }
  public var attributes: [Attribute] { [Attribute("compute_v", .bool(computeV))] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let shape = try context.requireMatrices(0, square: true)
    let dtype = context.inputs[0].dtype
    return [
      TensorType(dtype, shape.dropping(last: 1)), TensorType(dtype, computeV ? shape : [0]),
    ]
  }

  /// v (diag(g) + F ∘ vᵀ h) vᵀ, with g and h the gradients of values and vectors and
  /// F = 1 / (eⱼ - eᵢ) off the diagonal; folded into the lower triangle, which alone is read.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let x = context.input(0)
    let vectors = computeV ? context.output(1) : selfAdjointEig(x).vectors
    let e = context.output(0)
    var inner = matrixDiag(context.gradientIfAny(0) ?? zeros(like: e))
    if computeV, let h = context.gradientIfAny(1) {
      let factors = inverseGaps(e)
      inner = inner + factors * matmul(vectors, h, transposeA: true)
    }
    let full = matmul(vectors, matmul(inner, vectors, transposeB: true))
    let lower = matrixBandPart(full + matrixTranspose(full), lower: -1, upper: 0)
    return [matrixSetDiag(lower, diagonal: 0.5 * matrixDiagPart(lower))]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    var values: [Double] = []
    var vectors: [Double] = []
    for matrix in context.inputs[0].matrices {
      let result = matrix.symmetricEigen
      values += result.values
      if computeV { vectors += result.vectors.values }
    }
    return [try context.reals(values), try context.reals(vectors, index: 1)]
  }
}

/// 1 / (xⱼ - xᵢ) off the diagonal, 0 on it.
func inverseGaps<S: FloatingScalar>(_ x: Node<S>) -> Node<S> {
  let zero = zeros(like: x)
  let gaps = expandDims(x, axis: -2) - expandDims(x, axis: -1)
  // Ones on the diagonal before the division, so that second derivatives see no infinity.
  let safe = matrixSetDiag(gaps, diagonal: zero + 1)
  return matrixSetDiag(reciprocal(safe), diagonal: zero)
}

extension Matrix {
  /// The eigenvalues, ascending, and the eigenvectors as columns, of the symmetric matrix that the
  /// lower triangle describes: Jacobi's rotations.
  var symmetricEigen: (values: [Double], vectors: Matrix) {
    var a = self
    for row in 0..<rows { for column in 0..<row { a[column, row] = a[row, column] } }
    var v = Matrix.identity(rows)
    for _ in 0..<60 {
      var rest = 0.0
      for row in 0..<rows { for column in 0..<row { rest += a[row, column] * a[row, column] } }
      let size = a.values.reduce(0) { $0 + $1 * $1 }
      if !(rest > size * 1e-34) { break }
      for q in 0..<rows { for p in 0..<q { a.rotate(p, q, &v) } }
    }
    let order = (0..<rows).sorted { a[$0, $0] < a[$1, $1] }
    var vectors = v
    for (column, source) in order.enumerated() {
      for row in 0..<rows { vectors[row, column] = v[row, source] }
    }
    return (order.map { a[$0, $0] }, vectors)
  }

  /// The rotation in the plane of two axes that makes their element 0.
  private mutating func rotate(_ p: Int, _ q: Int, _ v: inout Matrix) {
    if self[p, q] == 0 { return }
    let theta = (self[q, q] - self[p, p]) / (2 * self[p, q])
    let sign: Double = theta >= 0 ? 1 : -1
    let tangent = sign / (Swift.abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    for k in 0..<rows {
      let (x, y) = (self[k, p], self[k, q])
      self[k, p] = cosine * x - sine * y
      self[k, q] = sine * x + cosine * y
      let (s, t) = (v[k, p], v[k, q])
      v[k, p] = cosine * s - sine * t
      v[k, q] = sine * s + cosine * t
    }
    for k in 0..<rows {
      let (x, y) = (self[p, k], self[q, k])
      self[p, k] = cosine * x - sine * y
      self[q, k] = sine * x + cosine * y
    }
  }
}

/// The eigenvalues, ascending, and the eigenvectors, as columns, of symmetric matrices in the last two
/// axes, of which only the lower triangle is read.
///
/// Shapes: [..., n, n] gives [..., n] and [..., n, n]. Gradient: for distinct eigenvalues.
public func selfAdjointEig<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> (values: Node<S>, vectors: Node<S>) {
  let operation = applyOperation(
    SelfAdjointEigV2(), [x.node], name: name, at: SourceLocation(fileID, line))
  return (Node(output: operation.output(0)), Node(output: operation.output(1)))
}

/// The eigenvalues, ascending, of symmetric matrices in the last two axes.
public func selfAdjointEigenvalues<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    SelfAdjointEigV2(computeV: false), [x.node], name: name, at: SourceLocation(fileID, line))
}
