import CWeftKernels
import WeftOps

extension BatchMatMulV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planBatchProduct(request, transposeA: adjointX, transposeB: adjointY)
  }
}

extension BatchMatMul: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planBatchProduct(request, transposeA: adjointX, transposeB: adjointY)
  }
}

private func planBatchProduct(_ request: KernelRequest, transposeA: Bool, transposeB: Bool)
  throws(OpFailure) -> CPUKernel
{
  let (x, y, shape) = (request.inputs[0].shape, request.inputs[1].shape, request.outputs[0].shape)
  let batch = Array(shape.dropLast(2))
  let product = MatrixProduct(
    m: shape[shape.count - 2], n: shape[shape.count - 1],
    k: transposeA ? x[x.count - 2] : x[x.count - 1], transposeA: transposeA,
    transposeB: transposeB)
  let batches = BatchProduct(
    product: product,
    left: broadcastPositions(of: Array(x.dropLast(2)), to: batch)
      .map { $0 * product.m * product.k },
    right: broadcastPositions(of: Array(y.dropLast(2)), to: batch)
      .map { $0 * product.k * product.n })
  switch request.inputs[0].dtype {
  case .float32:
    return batches.kernel(Float.self) { $0.run($1, $2, $3, pool: $4) }
  case .float64:
    return batches.kernel(Double.self) { $0.run($1, $2, $3, pool: $4) }
  case .int32:
    return batches.kernel(Int32.self) { product, a, b, c, _ in product.runIntegers(a, b, c) }
  case .int64:
    return batches.kernel(Int64.self) { product, a, b, c, _ in product.runIntegers(a, b, c) }
  default: throw OpFailure("no kernel for \(request.inputs[0].dtype)", code: .unsupported)
  }
}

/// One product for each element of a batch, with where its operands begin.
private struct BatchProduct: Sendable {
  let product: MatrixProduct
  let left: [Int]
  let right: [Int]

  typealias Run<S> =
    @Sendable (
      MatrixProduct, UnsafePointer<S>, UnsafePointer<S>, UnsafeMutablePointer<S>, OpaquePointer?
    ) -> Void

  /// A few large products share the pool each within itself, all others batch by batch: no sum's
  /// order depends on how a product is shared.
  func kernel<S: NumericScalar>(_: S.Type, _ run: @escaping Run<S>) -> CPUKernel {
    let size = product.m * product.n
    let work = 2 * size * product.k
    let grain = max(1, 1_000_000 / max(work, 1))
    return { (arguments) throws(OpFailure) in
      let (a, b) = (arguments.input(0, as: S.self), arguments.input(1, as: S.self))
      let c = arguments.output(0, as: S.self)
      let pool = arguments.pool
      func one(_ index: Int, _ pool: OpaquePointer?) {
        run(product, a + left[index], b + right[index], c + index * size, pool)
      }
      if work >= 4_000_000 && left.count < 16 {
        for index in left.indices { one(index, pool) }
      } else {
        overPool(pool, left.count, grain) { range in
          for index in range { one(index, nil) }
        }
      }
    }
  }
}

/// Runs pieces of 0..<count over the pool. The pieces do not depend on the number of threads.
func overPool(
  _ pool: OpaquePointer?, _ count: Int, _ grain: Int, _ body: (Range<Int>) -> Void
) {
  guard count > grain else { return body(0..<count) }
  withoutActuallyEscaping(body) { body in
    var body = body
    withUnsafeMutablePointer(to: &body) { pointer in
      weft_pool_for(
        pool, count, grain,
        { context, begin, end in
          context?.assumingMemoryBound(to: ((Range<Int>) -> Void).self).pointee(begin..<end)
        }, pointer)
    }
  }
}
