import WeftOps

/// Functions of a decomposition that do not depend on the signs of its vectors.
private func qrProducts<S: FloatingScalar>(_ x: Node<S>) -> [Output] {
  let (q, r) = qr(x)
  return [matmul(q, r).output, abs(r).output]
}

private func eigenProducts<S: FloatingScalar>(_ x: Node<S>) -> [Output] {
  let (e, v) = selfAdjointEig(x)
  let scaled = v * expandDims(e * e, axis: -2)
  return [e.output, matmul(scaled, v, transposeB: true).output]
}

private func svdProducts<S: FloatingScalar>(_ x: Node<S>) -> [Output] {
  let (s, u, v) = svd(x)
  let scaled = u * expandDims(s, axis: -2)
  return [
    s.output, matmul(scaled, v, transposeB: true).output, matmul(u, v, transposeB: true).output,
  ]
}

let corpusLinear: [String: CorpusCase.Builder] = [
  "matrix_transpose": { c in [matrixTranspose(c.node(0, Float.self)).output] },
  "cross": { c in c.apply(Cross()) },
  "matrix_determinant": { c in c.apply(MatrixDeterminant()) },
  "matrix_inverse": { c in c.apply(MatrixInverse()) },
  "matrix_solve": { c in c.apply(MatrixSolve(adjoint: c.bool("adjoint"))) },
  "matrix_triangular_solve": { c in c.apply(MatrixTriangularSolve(lower: c.bool("lower"))) },
  "cholesky": { c in c.apply(Cholesky()) },
  "qr": { c in
    c.has(.float64) ? qrProducts(c.node(0, Double.self)) : qrProducts(c.node(0, Float.self))
  },
  "einsum": { c in
    let (a, b): (Node<Float>, Node<Float>) = (c.node(0), c.node(1))
    return [einsum(c.string("equation"), a, b).output]
  },
  "tensordot": { c in
    if case .list(let pair)? = c.attributes["axes"] {
      let axes = pair.map { item -> [Int] in
        guard case .list(let values) = item else { return [] }
        return values.compactMap { if case .number(let value) = $0 { Int(value) } else { nil } }
      }
      return [tensordot(c.node(0, Float.self), c.node(1), axes: axes[0], axes[1]).output]
    }
    let count = c.int("axes")
    let rank = c.values[0].shape.count
    return [
      tensordot(
        c.node(0, Float.self), c.node(1), axes: Array(rank - count..<rank), Array(0..<count)
      ).output
    ]
  },
  "qr_raw": { c in c.apply(Qr()) },
  "self_adjoint_eig": { c in
    c.has(.float64) ? eigenProducts(c.node(0, Double.self)) : eigenProducts(c.node(0, Float.self))
  },
  "self_adjoint_eigvals": { c in
    Array(c.apply(SelfAdjointEigV2(computeV: false)).prefix(1))
  },
  "svd": { c in
    c.has(.float64) ? svdProducts(c.node(0, Double.self)) : svdProducts(c.node(0, Float.self))
  },
  "svd_values": { c in Array(c.apply(Svd(computeUV: false)).prefix(1)) },
  "norm": { c in
    let order: NormOrder =
      c.string("ord") == "inf" ? .infinity : c.int("ord") == 1 ? .one : .euclidean
    return [norm(c.node(0, Float.self), order, axes: c.axes()).output]
  },
]
