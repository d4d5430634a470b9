import WeftOps

private func scalar(_ value: Int) -> AnyTensor { AnyTensor(Tensor(Int64(value))) }

let corpusLinear: [String: CorpusCase.Builder] = [
  "matrix_transpose": { c in [matrixTranspose(c.node(0, Float.self)).output] },
  "matrix_diag": { c in c.apply(MatrixDiag()) },
  "matrix_diag_part": { c in c.apply(MatrixDiagPart()) },
  "matrix_set_diag": { c in c.apply(MatrixSetDiag()) },
  "matrix_band_part": { c in
    c.apply(
      MatrixBandPart(), constants: [scalar(c.int("num_lower")), scalar(c.int("num_upper"))])
  },
  "diag": { c in c.apply(Diag()) },
  "diag_part": { c in c.apply(DiagPart()) },
  "trace": { c in [trace(c.node(0, Float.self)).output] },
  "cross": { c in c.apply(Cross()) },
  "matrix_determinant": { c in c.apply(MatrixDeterminant()) },
  "matrix_inverse": { c in c.apply(MatrixInverse()) },
  "matrix_solve": { c in c.apply(MatrixSolve(adjoint: c.bool("adjoint"))) },
  "matrix_triangular_solve": { c in c.apply(MatrixTriangularSolve(lower: c.bool("lower"))) },
  "cholesky": { c in c.apply(Cholesky()) },
  "norm": { c in
    let order: NormOrder =
      c.string("ord") == "inf" ? .infinity : c.int("ord") == 1 ? .one : .euclidean
    return [norm(c.node(0, Float.self), order, axes: c.axes()).output]
  },
]
