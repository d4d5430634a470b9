import WeftDevice
import WeftOps

extension BatchMatMul: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planBatch(adjointX, adjointY, request)
  }
}

extension BatchMatMulV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planBatch(adjointX, adjointY, request)
  }
}

private func planBatch(_ transposeA: Bool, _ transposeB: Bool, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let (a, b, d) = (request.inputs[0].shape, request.inputs[1].shape, request.outputs[0].shape)
  guard a.dropLast(2) == b.dropLast(2) else {
    throw OpFailure("a broadcast batch of products", code: .unsupported)
  }
  let product = CUDAProduct(
    m: d[d.count - 2], n: d[d.count - 1], k: transposeA ? a[a.count - 2] : a[a.count - 1],
    transposeA: transposeA, transposeB: transposeB, batch: d.dropLast(2).reduce(1, *),
    dtype: request.inputs[0].dtype, a: .input(0), b: .input(1), d: .output(0))
  return try planProduct(product, request)
}
