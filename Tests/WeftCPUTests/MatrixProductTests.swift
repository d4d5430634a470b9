import CWeftKernels
import Testing

@testable import WeftCPU

/// Matrix products over sizes at the edges of tiles, panels and blocks.
@Suite struct MatrixProductTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    let m: Int
    let n: Int
    let k: Int
    var testDescription: String { "\(m)x\(k) by \(k)x\(n)" }
  }

  static let sizes: [Sizes] = [
    (1, 1, 1), (1, 5, 3), (1, 300, 70), (2, 33, 9), (3, 129, 65), (4, 31, 100), (5, 3, 2),
    (6, 16, 17), (7, 17, 801), (13, 32, 5), (14, 33, 64), (15, 48, 1), (29, 100, 37), (40, 7, 90),
    (64, 10, 128), (100, 1, 200), (131, 67, 83), (200, 97, 1603), (9, 4101, 3), (700, 40, 410),
  ].map { Sizes(m: $0.0, n: $0.1, k: $0.2) }

  /// Elements that differ from place to place, exact in both precisions.
  private func elements<S: BinaryFloatingPoint>(_ count: Int, _ seed: Int, _: S.Type) -> [S] {
    (0..<count).map { S(($0 * 7 + seed * 13 + $0 / 11) % 37 - 18) / 8 }
  }

  private func expected(
    _ sizes: Sizes, _ a: [Double], _ b: [Double], _ c: [Double], transposeA: Bool,
    transposeB: Bool, alpha: Double, beta: Double
  ) -> [Double] {
    var result = c
    for i in 0..<sizes.m {
      for j in 0..<sizes.n {
        var sum = 0.0
        for p in 0..<sizes.k {
          sum +=
            a[transposeA ? p * sizes.m + i : i * sizes.k + p]
            * b[transposeB ? j * sizes.k + p : p * sizes.n + j]
        }
        let old = beta == 0 ? 0 : beta * c[i * sizes.n + j]
        result[i * sizes.n + j] = alpha * sum + old
      }
    }
    return result
  }

  @Test(arguments: sizes, [0, 1, 2, 3])
  func agreesWithTheSum(_ sizes: Sizes, _ transposes: Int) {
    let product = MatrixProduct(
      m: sizes.m, n: sizes.n, k: sizes.k, transposeA: transposes & 1 != 0,
      transposeB: transposes & 2 != 0)
    let pool = weft_pool_create(2)
    defer { weft_pool_destroy(pool) }
    for (alpha, beta) in [(1.0, 0.0), (-0.25, 0.5)] {
      let a = elements(sizes.m * sizes.k, 1, Double.self)
      let b = elements(sizes.k * sizes.n, 2, Double.self)
      // What beta = 0 must not read.
      let c =
        beta == 0
        ? [Double](repeating: .nan, count: sizes.m * sizes.n)
        : elements(sizes.m * sizes.n, 3, Double.self)
      let right = expected(
        sizes, a, b, c, transposeA: product.transposeA, transposeB: product.transposeB,
        alpha: alpha, beta: beta)
      var doubles = c
      product.run(a, b, &doubles, alpha: alpha, beta: beta, pool: pool)
      // The elements are multiples of 1/64 and the sums small: exact in Double.
      #expect(doubles == right)
      var floats = c.map { Float($0) }
      product.run(
        a.map { Float($0) }, b.map { Float($0) }, &floats, alpha: Float(alpha), beta: Float(beta),
        pool: pool)
      let scale = Float(sizes.k).squareRoot() * 5
      let worst = zip(floats, right).map { abs($0 - Float($1)) }.max() ?? 0
      #expect(worst <= 1e-5 * scale, "\(worst)")
      var serial = c.map { Float($0) }
      product.run(
        a.map { Float($0) }, b.map { Float($0) }, &serial, alpha: Float(alpha), beta: Float(beta),
        pool: nil)
      #expect(serial == floats, "one thread and two differ")
    }
  }
}
