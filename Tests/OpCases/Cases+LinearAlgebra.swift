import Weft
import WeftTesting

extension CaseTable {
  /// Matrices far from singular: random numbers with a heavy diagonal.
  private static func heavy(_ shape: [Int], _ dtype: DType, symmetric: Bool = false) -> AnyTensor {
    let n = shape[shape.count - 1]
    var values = AnyTensor.random(shape, in: -1...1, seed: 5, as: .float64).doubles
    for matrix in 0..<shape.dropLast(2).reduce(1, *) {
      for row in 0..<n {
        let start = (matrix * n + row) * n
        // No two on the diagonal are equal, so that eigenvalues lie apart.
        values[start + row] = Double(n + 2 * row + 2)
        guard symmetric else { continue }
        for column in 0..<row { values[start + column] = values[(matrix * n + column) * n + row] }
      }
    }
    return .values(values, shape: shape, as: dtype)
  }

  private static let stacks: [[Int]] = [
    [3, 3], [2, 4, 4], [0, 0], [0, 3, 3], [1, 1], [40, 40],
  ]

  private static func tolerance(_ dtype: DType) -> Tolerance {
    dtype == .float32
      ? Tolerance(relative: 1e-4, absolute: 1e-5) : Tolerance(relative: 1e-11, absolute: 1e-12)
  }

  static let linearAlgebra: [OpCase] = factors + solvers + decompositions + products3

  private static let factors: [OpCase] = {
    var result: [OpCase] = []
    for dtype in [DType.float32, .float64] {
      for shape in stacks {
        let matrix = OpCase.Operand.fed(heavy(shape, dtype))
        let symmetric = heavy(shape, dtype, symmetric: true)
        let cases = [
          OpCase(MatrixInverse(), [matrix], tolerance: tolerance(dtype)),
          OpCase(MatrixInverse(adjoint: true), [matrix], tolerance: tolerance(dtype)),
          OpCase(
            "Cholesky of a symmetric matrix \(dtype)\(shape)", [.fed(symmetric)],
            tolerance: tolerance(dtype)
          ) { operands in
            // The gradient is that of a symmetric matrix: differences must keep it so.
            let x = operands.outputs[0]
            let order = Array(0..<shape.count - 2) + [shape.count - 1, shape.count - 2]
            let axes = operands.graph.constant(Tensor(order.map { Int32($0) }))
            let back = operands.graph.add(Transpose(), inputs: [x, axes.output], at: nil).output(0)
            let both = operands.graph.add(Add(), inputs: [x, back], at: nil).output(0)
            return OpCase.Built(
              outputs: operands.graph.add(Cholesky(), inputs: [both], at: nil).outputs)
          },
        ]
        // A determinant of 40 rows is beyond what float32 holds.
        let determinant = OpCase(MatrixDeterminant(), [matrix], tolerance: tolerance(dtype))
        let isSmall = shape.elements > 0 && shape.elements < 1000
        result += isSmall ? cases + [determinant] : cases.map { $0.withoutGradient("the size") }
      }
      result += [
        OpCase(
          Cholesky(), [.fed(heavy([3, 3], dtype, symmetric: true))], tolerance: tolerance(dtype)
        )
        .withoutGradient("compared for symmetric matrices"),
        OpCase(
          MatrixDeterminant(), [.fed(.values([1, 2, 2, 4], shape: [2, 2], as: dtype))],
          name: "singular", tolerance: tolerance(dtype), gradient: .skipped("singular")),
        OpCase(
          MatrixDeterminant(), [.fed(.values([.nan, 2, 2, 4], shape: [2, 2], as: dtype))],
          name: "NaN", gradient: .skipped("NaN")),
        OpCase(
          MatrixDeterminant(), [.fed(.random([2, 0, 0], as: dtype))], name: "no rows",
          gradient: .skipped("no elements")),
        OpCase(
          MatrixInverse(), [.fed(.values([1, 2, 2, 4], shape: [2, 2], as: dtype))],
          name: "singular", gradient: .skipped("fails"), failure: .evaluationFailed),
        OpCase(
          Cholesky(), [.fed(.values([1, 2, 2, 1], shape: [2, 2], as: dtype))],
          name: "indefinite", gradient: .skipped("fails"), failure: .evaluationFailed),
      ]
    }
    return result
  }()

  private static let solvers: [OpCase] = {
    var result: [OpCase] = []
    for dtype in [DType.float32, .float64] {
      for shape in stacks {
        let matrix = OpCase.Operand.fed(heavy(shape, dtype))
        let right = OpCase.Operand.fed(.random(shape.dropLast() + [2], seed: 2, as: dtype))
        var cases: [OpCase] = []
        for adjoint in [false, true] {
          cases.append(
            OpCase(MatrixSolve(adjoint: adjoint), [matrix, right], tolerance: tolerance(dtype)))
          for lower in [false, true] {
            cases.append(
              OpCase(
                MatrixTriangularSolve(lower: lower, adjoint: adjoint), [matrix, right],
                tolerance: tolerance(dtype)))
          }
        }
        let isSmall = shape.elements > 0 && shape.elements < 1000
        result += isSmall ? cases : cases.map { $0.withoutGradient("the size") }
      }
      let singular = OpCase.Operand.fed(.values([0, 0, 2, 4], shape: [2, 2], as: dtype))
      let right = OpCase.Operand.fed(.random([2, 1], as: dtype))
      result += [
        OpCase(
          MatrixSolve(), [singular, right], name: "singular", gradient: .skipped("fails"),
          failure: .evaluationFailed),
        OpCase(
          MatrixTriangularSolve(), [singular, right], name: "singular",
          gradient: .skipped("fails"), failure: .evaluationFailed),
      ]
    }
    return result
  }()

  private static let decompositions: [OpCase] = {
    var result: [OpCase] = []
    for shape in [[4, 3], [3, 3], [2, 4, 3]] {
      let operands: [OpCase.Operand] = [.fed(.random(shape, seed: 6))]
      result.append(OpCase(Qr(), operands, tolerance: tolerance(.float32)))
      result.append(OpCase(Svd(computeUV: false), operands, tolerance: tolerance(.float32)))
      result.append(
        OpCase(Svd(), operands, tolerance: tolerance(.float32)))
    }
    let symmetric = heavy([2, 3, 3], .float32, symmetric: true)
    result += [
      OpCase(Qr(fullMatrices: true), [.fed(.random([4, 3]))], tolerance: tolerance(.float32))
        .withoutGradient("it has none for more rows than columns"),
      OpCase(
        SelfAdjointEigV2(), [.fed(symmetric)], tolerance: tolerance(.float32)
      ).withoutGradient("compared for symmetric matrices"),
      OpCase(
        "SelfAdjointEigV2 of a symmetric matrix", [.fed(symmetric)], tolerance: tolerance(.float32)
      ) { operands in
        let x = operands.outputs[0]
        let axes = operands.graph.constant([0, 2, 1] as Tensor<Int32>)
        let back = operands.graph.add(Transpose(), inputs: [x, axes.output], at: nil).output(0)
        let both = operands.graph.add(Add(), inputs: [x, back], at: nil).output(0)
        return OpCase.Built(
          outputs: operands.graph.add(SelfAdjointEigV2(), inputs: [both], at: nil).outputs)
      },
    ]
    return result
  }()

  private static let products3: [OpCase] = {
    let window = LocalResponseWindow(radius: 1, bias: 1.5, alpha: 0.5, beta: 0.75)
    let image = OpCase.Operand.fed(.random([2, 3, 2, 5]))
    return [
      OpCase(
        Cross(), [.fed(.random([4, 3])), .fed(.random([4, 3], seed: 2))],
        tolerance: .init(ulps: 2, absolute: 1e-6)),
      OpCase(
        Cross(),
        [
          .fed(.random([3], in: -9...9, as: .int32)),
          .fed(.random([3], in: -9...9, seed: 2, as: .int32)),
        ],
        gradient: .skipped("integers")),
      OpCase(
        Cross(), [.fed(.random([0, 3])), .fed(.random([0, 3]))], gradient: .skipped("no elements")),
      OpCase(LRN(window), [image], tolerance: tolerance(.float32)),
      OpCase(
        LRNGrad(window),
        [image, .fed(.random([2, 3, 2, 5], seed: 2)), .fed(.random([2, 3, 2, 5], seed: 3))],
        tolerance: tolerance(.float32), gradient: .none("not differentiated twice")),
    ]
  }()
}
