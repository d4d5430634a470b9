import WeftDevice
import WeftOps

extension ScatterNd: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (index, output) = (request.inputs[0], request.outputs[0])
    let depth = index.shape.last ?? 0
    let points = index.shape.dropLast().reduce(1, *)
    let keys = output.shape.prefix(depth).reduce(1, *)
    if points == 0 {
      return output.count == 0
        ? CUDAKernel()
        : CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: output.byteCount)])
    }
    let axes = CUDAKernel.Argument.structure(try pointAxes(output.shape, depth: depth))
    let unit = try KernelUnit(file: "sort", ["I": index.dtype.cudaType, "POINTS": "1"])
    let sorted = try SortedRows(count: points, limit: keys, unit: unit, request) { place in
      unit.launch(
        "point_keys", grid: request.blocks(for: points),
        [.status, place, .input(0), .int64(points), .int64(keys), axes])
    }
    var kernel =
      output.count == 0
      ? CUDAKernel(commands: sorted.commands, scratchByteCount: sorted.scratchByteCount)
      : try planKeys(.sum(output.dtype), sorted, data: 1, keys: keys, count: points, request)
    kernel.failure = pointFailure(output.shape)
    return kernel
  }
}
