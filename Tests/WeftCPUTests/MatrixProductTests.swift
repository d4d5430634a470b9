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

  /// What is done to an element, as the formulas of the operations say it.
  private func finished<S: BinaryFloatingPoint>(_ sum: S, _ bias: S?, _ relu: Bool, _ mask: S?) -> S
  {
    var value = sum
    if let bias { value += bias }
    if relu { value = value > 0 || value.isNaN ? value : 0 }
    if let mask { value = mask > 0 ? value : 0 }
    return value
  }

  /// The same bits as the product and a pass over it, for every kind of product and epilogue.
  @Test(arguments: sizes, [0, 1, 2, 3])
  func anEpilogueIsAPassOverTheProduct(_ sizes: Sizes, _ transposes: Int) {
    let product = MatrixProduct(
      m: sizes.m, n: sizes.n, k: sizes.k, transposeA: transposes & 1 != 0,
      transposeB: transposes & 2 != 0)
    let pool = weft_pool_create(2)
    defer { weft_pool_destroy(pool) }
    func check<S: BinaryFloatingPoint>(
      _: S.Type, _ run: ([S], [S], inout [S], UnsafePointer<weft_gemm_epilogue>?) -> Void
    ) {
      let a = elements(sizes.m * sizes.k, 1, S.self)
      let b = elements(sizes.k * sizes.n, 2, S.self)
      // Mask elements below, at and above 0; bias and mask with a NaN.
      var mask = elements(sizes.m * sizes.n, 4, S.self)
      mask[mask.count / 2] = .nan
      var bias = elements(sizes.n, 5, S.self)
      bias[bias.count / 3] = .nan
      var plain = [S](repeating: .nan, count: sizes.m * sizes.n)
      run(a, b, &plain, nil)
      for combination in 1..<8 {
        let (hasBias, hasMask) = (combination & 1 != 0, combination & 4 != 0)
        var fused = [S](repeating: .nan, count: sizes.m * sizes.n)
        bias.withUnsafeBytes { bias in
          mask.withUnsafeBytes { mask in
            var epilogue = weft_gemm_epilogue(
              bias: hasBias ? bias.baseAddress : nil, relu: combination & 2 != 0 ? 1 : 0,
              mask: hasMask ? mask.baseAddress : nil, ldmask: sizes.n)
            run(a, b, &fused, &epilogue)
          }
        }
        let isRight = fused.indices.allSatisfy { index in
          let expected = finished(
            plain[index], hasBias ? bias[index % sizes.n] : nil, combination & 2 != 0,
            hasMask ? mask[index] : nil)
          return fused[index] == expected || (fused[index].isNaN && expected.isNaN)
        }
        #expect(isRight, "\(S.self), epilogue \(combination)")
      }
    }
    check(Float.self) { product.run($0, $1, &$2, epilogue: $3, pool: pool) }
    check(Double.self) { product.run($0, $1, &$2, epilogue: $3, pool: pool) }
  }
}
