import CWeftKernels
import Glibc
import WeftOps

extension Fill: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let (count, size) = (request.outputs[0].count, request.outputs[0].dtype.byteCount)
    return { (arguments) throws(OpFailure) in
      weft_fill(arguments.output(0), size, arguments.input(1), count)
    }
  }
}

extension ZerosLike: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let byteCount = request.outputs[0].byteCount
    return { (arguments) throws(OpFailure) in memset(arguments.output(0), 0, byteCount) }
  }
}

extension OnesLike: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let count = request.outputs[0].count
    func kernel<S: TensorScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        var one = S(converting: 1)
        weft_fill(arguments.output(0), MemoryLayout<S>.size, &one, count)
      }
    }
    return kernel(request.outputs[0].dtype.scalarType)
  }
}

extension OneHot: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (indices, output) = (request.inputs[0], request.outputs[0])
    let parts = AxisParts(output.shape, axis: try resolveAxis(axis, rank: output.shape.count))
    let (code, size) = (Int32(indices.dtype.rawValue), output.dtype.byteCount)
    return { (arguments) throws(OpFailure) in
      let status = weft_one_hot(
        arguments.output(0), size, arguments.input(0), code, parts.outer, parts.extent,
        parts.inner, arguments.input(2), arguments.input(3))
      if status != WEFT_MOVE_OK.rawValue {
        throw OpFailure("no kernel for \(indices.dtype)", code: .unsupported)
      }
    }
  }
}
