import Testing
import WeftOps

@Suite struct LinearTests {
  static let square: Tensor<Double> = [[3, 0.4, -0.2], [0.9, -2, 0.7], [0.1, 1.3, 1.5]]
  static let tall: Tensor<Double> = [[3, 0.4], [0.9, -2], [0.1, 1.3], [-0.6, 0.8]]

  typealias Function = @Sendable (Node<Double>) -> Node<Double>

  static let functions: [(name: String, points: Tensor<Double>, function: Function)] = [
    ("inverse", square, { matrixInverse($0) }),
    ("adjoint inverse", square, { matrixInverse($0, adjoint: true) }),
    ("determinant", square, { matrixDeterminant($0) }),
    ("solve", square, { matrixSolve($0, $0 * $0) }),
    ("adjoint solve", square, { matrixSolve($0, $0 * $0, adjoint: true) }),
    ("triangular solve", square, { matrixTriangularSolve($0, $0 * $0) }),
    ("upper triangular solve", square, { matrixTriangularSolve($0, $0 * $0, lower: false) }),
    ("cholesky", square, { cholesky(matmul($0, $0, transposeB: true)) }),
    ("r of qr", tall, { qr($0).r }),
    ("q of qr", tall, { qr($0).q }),
    ("singular values", tall, { singularValues($0) }),
    (
      "singular vectors", tall,
      { x in
        let (_, u, v) = svd(x)
        return matmul(u, v, transposeB: true)
      }
    ),
    ("eigenvalues", square, { selfAdjointEigenvalues($0 + matrixTranspose($0)) }),
    (
      "eigenvectors", square,
      { x in
        let (e, v) = selfAdjointEig(x + matrixTranspose(x))
        return matmul(v * expandDims(exp(e), axis: -2), v, transposeB: true)
      }
    ),
    ("norm", tall, { norm($0, .power(3), axes: [0]) }),
    ("tensordot", tall, { tensordot($0, square(like: $0), axes: [0], [1]) }),
  ]

  private static func square(like x: Node<Double>) -> Node<Double> {
    matmul(x, x, transposeB: true)
  }

  @Test(arguments: functions.indices)
  func gradientsAgreeWithDifferences(index: Int) throws {
    let item = Self.functions[index]
    try checkGradient(at: item.points, tolerance: 2e-5) { item.function($0) }
  }

  @Test func crossProductsFollowTheRightHand() throws {
    let graph = Graph()
    let x: Node<Int32> = graph.constant([[1, 0, 0], [2, 3, 4]] as Tensor<Int32>)
    let y: Node<Int32> = graph.constant([[0, 1, 0], [5, 6, 7]] as Tensor<Int32>)
    #expect(try evaluate(cross(x, y)).scalars == [0, 0, 1, -3, 6, -3])
  }

  @Test func fullSingularVectorsAreOrthogonalEvenWithoutFullRank() throws {
    let graph = Graph()
    let x: Node<Double> = graph.constant([[1, 2], [2, 4], [3, 6]] as Tensor<Double>)
    let (s, u, v) = svd(x, fullMatrices: true)
    #expect(u.shape == [3, 3])
    #expect(v.shape == [2, 2])
    #expect(Swift.abs(try evaluate(s).scalars[1]) < 1e-12)
    for vectors in [u, v] {
      let product = try evaluate(matmul(vectors, vectors, transposeA: true))
      let size = product.shape[0]
      for (index, value) in product.scalars.enumerated() {
        #expect(Swift.abs(value - (index / size == index % size ? 1 : 0)) < 1e-12)
      }
    }
  }

  @Test func singularAndIndefiniteMatricesFailWhenTheyRun() {
    let graph = Graph()
    let x: Node<Float> = graph.constant([[1, 2], [2, 4]] as Tensor<Float>)
    let y: Node<Float> = graph.constant([[1, 2], [2, 1]] as Tensor<Float>)
    #expect(throws: OpFailure("the matrix is not invertible", code: .evaluationFailed)) {
      try evaluate(matrixInverse(x))
    }
    #expect(throws: OpFailure("the matrix is not positive definite", code: .evaluationFailed)) {
      try evaluate(cholesky(y))
    }
  }

  @Test func shapesThatDoNotFitAreErrorsWithBothValues() {
    let graph = Graph()
    let x: Node<Float> = graph.placeholder(shape: [2, 5, 4])
    let y: Node<Float> = graph.placeholder(shape: [3, 5, 5])
    _ = matrixInverse(x)
    _ = matrixSolve(y, x)
    _ = tensordot(x, y, axes: [0, 7], [1, 2])
    #expect(
      graph.errors.map(\.message) == [
        "takes square matrices, not the shape [2, 5, 4]",
        "the matrix [3, 5, 5] and the right side [2, 5, 4] do not fit",
        "axis 7 is outside rank 3",
      ])
  }
}
