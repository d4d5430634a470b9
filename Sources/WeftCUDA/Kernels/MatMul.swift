import WeftDevice
import WeftOps

extension MatMul: CUDAKernelProviding {
  /// The product with the sizes of a request whose left operand is at that position.
  func product(_ request: CUDAKernelRequest, left: Int, to d: CUDAKernel.Place) -> CUDAProduct {
    let (a, shape) = (request.inputs[left].shape, request.outputs[0].shape)
    return CUDAProduct(
      m: shape[0], n: shape[1], k: transposeA ? a[0] : a[1], transposeA: transposeA,
      transposeB: transposeB, dtype: request.inputs[left].dtype, a: .input(left),
      b: .input(left + 1), d: d)
  }

  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planProduct(product(request, left: 0, to: .output(0)), request)
  }
}

/// A product in parts of as many matrices as cuBLASLt takes at once: fewer than 2^16. Each begins at a
/// multiple of 64 bytes, as the whole does.
private func inBatches(_ product: CUDAProduct) -> [CUDAProduct] {
  let most = 1 << 15
  return stride(from: 0, to: product.batch, by: most).map { first in
    var part = product
    part.first = first
    part.batch = min(most, product.batch - first)
    return part
  }
}

/// A plain product: by cuBLASLt for real numbers, by a kernel of our own for whole ones.
func planProduct(_ product: CUDAProduct, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let count = product.batch * product.m * product.n
  if count == 0 { return CUDAKernel() }
  if product.k == 0 {
    return CUDAKernel(commands: [
      .fill(product.d, byte: 0, byteCount: count * product.dtype.byteCount)
    ])
  }
  switch product.dtype {
  case .float32, .float64: return CUDAKernel(commands: inBatches(product).map { .product($0) })
  case .int32, .int64:
    let wide = product.dtype == .int32 ? "unsigned" : "unsigned long long"
    let unit = try KernelUnit(file: "matmul", ["T": product.dtype.cudaType, "W": wide])
    return CUDAKernel(
      unit.launch(
        "integer_product", grid: request.blocks(for: count),
        [
          .output(0), product.a.argument, product.b.argument, .int64(product.m), .int64(product.n),
          .int64(product.k), .int32(product.transposeA ? 1 : 0),
          .int32(product.transposeB ? 1 : 0), .int64(product.batch),
        ]))
  default: throw OpFailure("no kernel for \(product.dtype)", code: .unsupported)
  }
}
