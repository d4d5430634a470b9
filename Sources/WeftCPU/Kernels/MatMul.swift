import COpenBLAS
import CWeftKernels
import WeftOps

extension MatMul: CPUKernelProviding {
  /// The product with the sizes of a request whose left operand is at that position.
  func product(_ request: KernelRequest, left: Int) -> MatrixProduct {
    let a = request.inputs[left].shape
    return MatrixProduct(
      m: request.outputs[0].shape[0], n: request.outputs[0].shape[1],
      k: transposeA ? a[0] : a[1], transposeA: transposeA, transposeB: transposeB)
  }

  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let product = product(request, left: 0)
    switch request.inputs[0].dtype {
    case .float32:
      return { (arguments) throws(OpFailure) in
        product.run(
          arguments.input(0, as: Float.self), arguments.input(1, as: Float.self),
          arguments.output(0, as: Float.self), pool: arguments.pool)
      }
    case .float64:
      return { (arguments) throws(OpFailure) in
        product.run(
          arguments.input(0, as: Double.self), arguments.input(1, as: Double.self),
          arguments.output(0, as: Double.self), pool: arguments.pool)
      }
    case .int32: return integerKernel(product, Int32.self)
    case .int64: return integerKernel(product, Int64.self)
    default: throw OpFailure("no kernel for \(request.inputs[0].dtype)", code: .unsupported)
    }
  }

  private func integerKernel<S: NumericScalar>(_ product: MatrixProduct, _: S.Type) -> CPUKernel {
    { (arguments) throws(OpFailure) in
      product.runIntegers(
        arguments.input(0, as: S.self), arguments.input(1, as: S.self),
        arguments.output(0, as: S.self))
    }
  }
}

/// A matrix product of fixed sizes over row-major operands.
struct MatrixProduct: Sendable {
  let m: Int
  let n: Int
  let k: Int
  let transposeA: Bool
  let transposeB: Bool

  var lda: Int { transposeA ? m : k }
  var ldb: Int { transposeB ? k : n }

  func runIntegers<S: NumericScalar>(
    _ a: UnsafePointer<S>, _ b: UnsafePointer<S>, _ c: UnsafeMutablePointer<S>
  ) {
    for row in 0..<m {
      for column in 0..<n {
        var sum = S.zeroValue
        for inner in 0..<k {
          let x = a[transposeA ? inner * m + row : row * k + inner]
          let y = b[transposeB ? column * k + inner : inner * n + column]
          sum = .wrappingAdd(sum, .wrappingMultiply(x, y))
        }
        c[row * n + column] = sum
      }
    }
  }

  func run(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    alpha: Float = 1, beta: Float = 0, pool: OpaquePointer?
  ) {
    guard m > 0, n > 0 else { return }
    if k == 0 || weft_gemm_small_suits(m, n, k) != 0 {
      weft_gemm_small_f32(
        transposeA ? 1 : 0, transposeB ? 1 : 0, m, n, k, alpha, a, max(lda, 1), b, max(ldb, 1),
        beta, c, n, pool)
      return
    }
    // Each part is one product on one OpenBLAS thread. The parts depend on the sizes alone, so that
    // the result is the same with any number of threads.
    split(pool) { rows, columns in
      cblas_sgemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
        transposeB ? CblasTrans : CblasNoTrans, Int32(rows.count), Int32(columns.count), Int32(k),
        alpha, a + rows.lowerBound * (transposeA ? 1 : k), Int32(lda),
        b + columns.lowerBound * (transposeB ? k : 1), Int32(ldb), beta,
        c + rows.lowerBound * n + columns.lowerBound, Int32(n))
    }
  }

  func run(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>,
    alpha: Double = 1, beta: Double = 0, pool: OpaquePointer?
  ) {
    guard m > 0, n > 0 else { return }
    if k == 0 {
      for index in 0..<m * n { c[index] = beta == 0 ? 0 : beta * c[index] }
      return
    }
    split(pool) { rows, columns in
      cblas_dgemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
        transposeB ? CblasTrans : CblasNoTrans, Int32(rows.count), Int32(columns.count), Int32(k),
        alpha, a + rows.lowerBound * (transposeA ? 1 : k), Int32(lda),
        b + columns.lowerBound * (transposeB ? k : 1), Int32(ldb), beta,
        c + rows.lowerBound * n + columns.lowerBound, Int32(n))
    }
  }

  /// Splits the larger of the result's sides and runs the parts over the pool. Every part packs the
  /// whole other operand again, so there are few: at most 4, and 8 or 16 where that is little beside
  /// the product itself.
  private func split(_ pool: OpaquePointer?, _ part: (Range<Int>, Range<Int>) -> Void) {
    let flops = 2 * m * n * k
    let side = max(m, n)
    let most = flops < 500_000_000 ? 4 : flops < 4_000_000_000 ? 8 : 16
    let pieces = min(max(flops / 4_000_000, 1), most, max(side / 32, 1))
    guard pieces > 1 else { return part(0..<m, 0..<n) }
    let grain = ((side + pieces - 1) / pieces + 15) / 16 * 16
    withoutActuallyEscaping(part) { part in
      var job = SplitJob(m: m, n: n, byRows: m >= n, part: part)
      withUnsafeMutablePointer(to: &job) { job in
        weft_pool_for(
          pool, side, grain,
          { context, begin, end in
            guard let context else { return }
            let job = context.assumingMemoryBound(to: SplitJob.self).pointee
            if job.byRows {
              job.part(begin..<end, 0..<job.n)
            } else {
              job.part(0..<job.m, begin..<end)
            }
          }, job)
      }
    }
  }
}

private struct SplitJob {
  let m: Int
  let n: Int
  let byRows: Bool
  let part: (Range<Int>, Range<Int>) -> Void
}
