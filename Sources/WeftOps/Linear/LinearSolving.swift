import WeftGraph

extension Matrix {
  /// The solution of self x = right by elimination with row exchanges, and the determinant; nil
  /// for the solution where the matrix is singular.
  func solving(_ right: Matrix) -> (solution: Matrix?, determinant: Double) {
    var (a, b) = (self, right)
    var determinant = 1.0
    for step in 0..<rows {
      let pivot = (step..<rows).max { Swift.abs(a[$0, step]) < Swift.abs(a[$1, step]) } ?? step
      if a[pivot, step] == 0 || a[pivot, step].isNaN { return (nil, a[pivot, step]) }
      if pivot != step {
        a.exchangeRows(pivot, step)
        b.exchangeRows(pivot, step)
        determinant = -determinant
      }
      determinant *= a[step, step]
      for row in 0..<rows where row > step {
        let factor = a[row, step] / a[step, step]
        if factor == 0 { continue }
        for column in step..<columns { a[row, column] -= factor * a[step, column] }
        for column in 0..<b.columns { b[row, column] -= factor * b[step, column] }
      }
    }
    return (a.solvingTriangle(b, lower: false), determinant)
  }

  /// The solution of self x = right, of which only one triangle is read; nil where a diagonal element
  /// is 0.
  func solvingTriangle(_ right: Matrix, lower: Bool) -> Matrix? {
    var x = right
    for row in lower ? Array(0..<rows) : (0..<rows).reversed() {
      if self[row, row] == 0 { return nil }
      for column in 0..<x.columns {
        var value = x[row, column]
        for k in lower ? 0..<row : (row + 1)..<rows { value -= self[row, k] * x[k, column] }
        x[row, column] = value / self[row, row]
      }
    }
    return x
  }

  private mutating func exchangeRows(_ a: Int, _ b: Int) {
    for column in 0..<columns {
      (self[a, column], self[b, column]) = (self[b, column], self[a, column])
    }
  }
}

/// What both kinds of solvers share: shapes, and the solution batch by batch.
protocol SolverDefinition: OpDefinition {
  /// The solution for one pair of matrices.
  func solve(_ matrix: Matrix, _ right: Matrix) -> Matrix?
}

extension SolverDefinition {
  public var inputNames: [String] { ["matrix", "right"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    let matrix = try context.requireMatrices(0, square: true)
    let right = try context.requireMatrices(1)
    let wanted = matrix.dropping(last: 1).appending([right[-1]])
    guard let shape = right.merged(with: wanted) else {
      throw OpFailure(
        "the matrix \(matrix) and the right side \(right) do not fit", code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, shape)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    var values: [Double] = []
    for (matrix, right) in zip(context.inputs[0].matrices, context.inputs[1].matrices) {
      guard let solution = solve(matrix, right) else {
        throw OpFailure("the matrix is not invertible", code: .evaluationFailed)
      }
      values += solution.values
    }
    return [try context.reals(values)]
  }
}

/// TensorFlow's `MatrixSolve`: the x with matrix x = right, or with the matrix transposed.
public struct MatrixSolve: SolverDefinition {
  public static let typeName = "MatrixSolve"
  public let adjoint: Bool
  public init(adjoint: Bool = false) { self.adjoint = adjoint }
  public var attributes: [Attribute] { [Attribute("adjoint", .bool(adjoint))] }
  func solve(_ matrix: Matrix, _ right: Matrix) -> Matrix? {
    (adjoint ? matrix.transposed : matrix).solving(right).solution
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let definition = MatrixSolve(adjoint: !adjoint)
    let forRight: Node<S> = apply(definition, [context.input(0), context.gradient(0)])
    let x = context.output(0)
    return [
      -(adjoint
        ? matmul(x, forRight, transposeB: true) : matmul(forRight, x, transposeB: true)),
      forRight,
    ]
  }
}

/// TensorFlow's `MatrixTriangularSolve`: `MatrixSolve` for a matrix of which one triangle is read.
public struct MatrixTriangularSolve: SolverDefinition {
  public static let typeName = "MatrixTriangularSolve"
  public let lower: Bool
  public let adjoint: Bool
  public init(lower: Bool = true, adjoint: Bool = false) {
    self.lower = lower
    self.adjoint = adjoint
  }
  public var attributes: [Attribute] {
    [Attribute("lower", .bool(lower)), Attribute("adjoint", .bool(adjoint))]
  }
  func solve(_ matrix: Matrix, _ right: Matrix) -> Matrix? {
    adjoint
      ? matrix.transposed.solvingTriangle(right, lower: !lower)
      : matrix.solvingTriangle(right, lower: lower)
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let definition = MatrixTriangularSolve(lower: lower, adjoint: !adjoint)
    let forRight: Node<S> = apply(definition, [context.input(0), context.gradient(0)])
    let x = context.output(0)
    let full =
      adjoint ? matmul(x, forRight, transposeB: true) : matmul(forRight, x, transposeB: true)
    return [-matrixBandPart(full, lower: lower ? -1 : 0, upper: lower ? 0 : -1), forRight]
  }
}

/// The solution x of matrix x = right, or of matrixᵀ x = right with `adjoint`.
///
/// ```swift
/// let weights = matrixSolve(matmul(x, x, transposeA: true), matmul(x, y, transposeA: true))
/// ```
/// Shapes: [..., n, n] and [..., n, k] give [..., n, k]. Errors: shapes that do not fit; a singular
/// matrix fails when it runs. Gradients: by the adjoint system.
public func matrixSolve<S: FloatingScalar>(
  _ matrix: some NodeConvertible<S>, _ right: some NodeConvertible<S>, adjoint: Bool = false,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    MatrixSolve(adjoint: adjoint), [matrix.node, right.node], name: name,
    at: SourceLocation(fileID, line))
}

/// The solution x of matrix x = right, where only one triangle of the matrix is read.
///
/// Errors: shapes that do not fit; a 0 on the diagonal fails when it runs.
public func matrixTriangularSolve<S: FloatingScalar>(
  _ matrix: some NodeConvertible<S>, _ right: some NodeConvertible<S>, lower: Bool = true,
  adjoint: Bool = false, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    MatrixTriangularSolve(lower: lower, adjoint: adjoint), [matrix.node, right.node], name: name,
    at: SourceLocation(fileID, line))
}
