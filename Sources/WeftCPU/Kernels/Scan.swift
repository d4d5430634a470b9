import CWeftKernels
import WeftOps

private func planScan(
  product: Bool, exclusive: Bool, reverse: Bool, _ request: KernelRequest
) throws(OpFailure) -> CPUKernel {
  let input = request.inputs[0]
  let dtype = Int32(input.dtype.rawValue)
  return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
    let parts = try AxisParts(input.shape, axis: numbers[0])
    return { (arguments) throws(OpFailure) in
      let status = weft_cumulative(
        dtype, product, exclusive, reverse, arguments.output(0), arguments.input(0), parts.outer,
        parts.extent, parts.inner)
      if status != WEFT_MOVE_OK.rawValue {
        throw OpFailure("no kernel for \(input.dtype)", code: .unsupported)
      }
    }
  }
}

extension Cumsum: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planScan(product: false, exclusive: exclusive, reverse: reverse, request)
  }
}

extension Cumprod: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planScan(product: true, exclusive: exclusive, reverse: reverse, request)
  }
}

extension LinearScan: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (shape, isFloat) = (request.inputs[0].shape, request.inputs[0].dtype == .float32)
    let reverse = reverse
    return try planWithIntegers(request, [2]) { (numbers) throws(OpFailure) in
      let parts = try AxisParts(shape, axis: numbers[0])
      return isFloat
        ? planLinearScan(parts, reverse, Float.self) : planLinearScan(parts, reverse, Double.self)
    }
  }
}

private func planLinearScan<S: FloatingScalar>(_ parts: AxisParts, _ reverse: Bool, _: S.Type)
  -> CPUKernel
{
  { (arguments) throws(OpFailure) in
    scanLinearly(
      arguments.input(0, as: S.self), arguments.input(1, as: S.self),
      arguments.output(0, as: S.self), parts, reverse: reverse)
  }
}

/// result[j] = what `factors` and `terms` of the elements before j come to: v = term + factor v.
private func scanLinearly<S: FloatingScalar>(
  _ factors: UnsafePointer<S>, _ terms: UnsafePointer<S>, _ result: UnsafeMutablePointer<S>,
  _ parts: AxisParts, reverse: Bool
) {
  for outer in 0..<parts.outer {
    for inner in 0..<parts.inner {
      var value = S.zeroValue
      for step in 0..<parts.extent {
        let place = reverse ? parts.extent - 1 - step : step
        let position = (outer * parts.extent + place) * parts.inner + inner
        result[position] = value
        value = terms[position] + factors[position] * value
      }
    }
  }
}
