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
  let (a, d) = (request.inputs[0].shape, request.outputs[0])
  if d.count == 0 { return CUDAKernel() }
  var kernel = CUDAKernel()
  // An operand with fewer matrices than the result is written out: the library has one stride for all.
  var places: [CUDAKernel.Place] = []
  for (index, operand) in request.inputs.prefix(2).enumerated() {
    let wanted = Array(d.shape.dropLast(2)) + operand.shape.suffix(2)
    guard operand.shape != wanted else {
      places.append(.input(index))
      continue
    }
    places.append(.scratch(kernel.scratchByteCount))
    let move = StridedMove(
      wanted, target: rowMajorStrides(wanted),
      source: broadcastStrides(of: operand.shape, to: wanted), dtype: operand.dtype)
    kernel.commands += [
      try move.command(from: .input(index), to: places[index], request)
    ].compactMap { $0 }
    kernel.scratchByteCount += WorkspaceLayout.rounded(
      wanted.reduce(1, *) * operand.dtype.byteCount)
  }
  let product = CUDAProduct(
    m: d.shape[d.shape.count - 2], n: d.shape[d.shape.count - 1],
    k: transposeA ? a[a.count - 2] : a[a.count - 1], transposeA: transposeA,
    transposeB: transposeB, batch: d.shape.dropLast(2).reduce(1, *),
    dtype: request.inputs[0].dtype, a: places[0], b: places[1], d: .output(0))
  kernel.commands += try planProduct(product, request).commands
  return kernel
}
