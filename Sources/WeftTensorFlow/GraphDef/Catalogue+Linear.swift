import WeftOps

extension OperationCatalogue {
  static let linear: [Row] = [
    Row(MatMul.typeName) {
      MatMul(
        transposeA: try $0.bool("transpose_a", default: false),
        transposeB: try $0.bool("transpose_b", default: false))
    },
    Row(BatchMatMul.typeName) {
      BatchMatMul(
        adjointX: try $0.bool("adj_x", default: false),
        adjointY: try $0.bool("adj_y", default: false))
    },
    Row(BatchMatMulV2.typeName) {
      BatchMatMulV2(
        adjointX: try $0.bool("adj_x", default: false),
        adjointY: try $0.bool("adj_y", default: false))
    },
    Row(MatrixInverse.typeName) { MatrixInverse(adjoint: try $0.bool("adjoint", default: false)) },
    Row(MatrixSolve.typeName) { MatrixSolve(adjoint: try $0.bool("adjoint", default: false)) },
    Row(MatrixTriangularSolve.typeName) {
      MatrixTriangularSolve(
        lower: try $0.bool("lower", default: true), adjoint: try $0.bool("adjoint", default: false))
    },
    Row(SelfAdjointEigV2.typeName) {
      SelfAdjointEigV2(computeV: try $0.bool("compute_v", default: true))
    },
    Row(Svd.typeName) {
      Svd(
        computeUV: try $0.bool("compute_uv", default: true),
        fullMatrices: try $0.bool("full_matrices", default: false))
    },
    Row(Qr.typeName) { Qr(fullMatrices: try $0.bool("full_matrices", default: false)) },
    .plain(MatrixDeterminant()), .plain(Cholesky()), .plain(Cross()),
  ]
}
