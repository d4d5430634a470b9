import CWeftKernels
import WeftOps

private func planScan(
  _ definition: any OpDefinition, product: Bool, exclusive: Bool, reverse: Bool,
  _ request: KernelRequest
) throws(OpFailure) -> CPUKernel {
  let input = request.inputs[0]
  guard let axis = try request.axis(1, rank: input.shape.count) else {
    return planEvaluation(definition, request)
  }
  let parts = AxisParts(input.shape, axis: axis)
  let dtype = Int32(input.dtype.rawValue)
  return { (arguments) throws(OpFailure) in
    let status = weft_cumulative(
      dtype, product, exclusive, reverse, arguments.output(0), arguments.input(0), parts.outer,
      parts.extent, parts.inner)
    if status != WEFT_MOVE_OK.rawValue {
      throw OpFailure("no kernel for \(input.dtype)", code: .unsupported)
    }
  }
}

extension Cumsum: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planScan(self, product: false, exclusive: exclusive, reverse: reverse, request)
  }
}

extension Cumprod: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planScan(self, product: true, exclusive: exclusive, reverse: reverse, request)
  }
}

extension LinearScan: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    guard let axis = try request.axis(2, rank: request.inputs[0].shape.count) else {
      return planEvaluation(self, request)
    }
    let parts = AxisParts(request.inputs[0].shape, axis: axis)
    let reverse = reverse
    func kernel<S: FloatingScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        scanLinearly(
          arguments.input(0, as: S.self), arguments.input(1, as: S.self),
          arguments.output(0, as: S.self), parts, reverse: reverse)
      }
    }
    return request.inputs[0].dtype == .float32 ? kernel(Float.self) : kernel(Double.self)
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
