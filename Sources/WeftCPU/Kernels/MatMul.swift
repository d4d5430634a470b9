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
    alpha: Float = 1, beta: Float = 0, decay: Float = 0,
    epilogue: UnsafePointer<weft_gemm_epilogue>? = nil, pool: OpaquePointer?
  ) {
    guard m > 0, n > 0 else { return }
    if k == 0 {
      for index in 0..<m * n { c[index] = beta == 0 ? 0 : beta * c[index] + alpha * decay * c[index] }
      if let epilogue { weft_gemm_finish_f32(epilogue, m, n, c, n) }
    } else if let swapped = asColumn {
      swapped.run(b, a, c, alpha: alpha, beta: beta, decay: decay, pool: pool)
      if let epilogue { weft_gemm_finish_f32(epilogue, m, n, c, n) }
    } else if weft_gemm_small_suits(m, n, k) != 0 {
      weft_gemm_small_f32(
        transposeA ? 1 : 0, transposeB ? 1 : 0, m, n, k, alpha, a, lda, b, ldb, beta, decay,
        c, n, epilogue, pool)
    } else {
      weft_gemm_f32(
        transposeA ? 1 : 0, transposeB ? 1 : 0, m, n, k, alpha, a, lda, b, ldb, beta, decay,
        c, n, epilogue, pool)
    }
  }

  func run(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>,
    alpha: Double = 1, beta: Double = 0, decay: Double = 0,
    epilogue: UnsafePointer<weft_gemm_epilogue>? = nil, pool: OpaquePointer?
  ) {
    guard m > 0, n > 0 else { return }
    if k == 0 {
      for index in 0..<m * n { c[index] = beta == 0 ? 0 : beta * c[index] + alpha * decay * c[index] }
      if let epilogue { weft_gemm_finish_f64(epilogue, m, n, c, n) }
    } else {
      weft_gemm_f64(
        transposeA ? 1 : 0, transposeB ? 1 : 0, m, n, k, alpha, a, lda, b, ldb, beta, decay,
        c, n, epilogue, pool)
    }
  }

  /// A row times a transposed matrix as that matrix times a column, whose rows are read in order.
  private var asColumn: MatrixProduct? {
    guard m == 1, n > 1, transposeB else { return nil }
    return MatrixProduct(m: n, n: 1, k: k, transposeA: false, transposeB: false)
  }
}
