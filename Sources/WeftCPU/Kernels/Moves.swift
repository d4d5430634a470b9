import CWeftKernels
import WeftOps

/// A copy between strided layouts of one element size.
struct StridedCopy: Sendable {
  var dims: [Int64]
  var destination: [Int64]
  var source: [Int64]
  var destinationOffset = 0
  var sourceOffset = 0
  let elementSize: Int

  /// Strides and offsets are in elements.
  init(
    dims: [Int], destination: [Int], source: [Int], destinationOffset: Int = 0,
    sourceOffset: Int = 0, dtype: DType
  ) {
    self.dims = dims.map { Int64($0) }
    self.destination = destination.map { Int64($0) }
    self.source = source.map { Int64($0) }
    self.destinationOffset = destinationOffset
    self.sourceOffset = sourceOffset
    elementSize = dtype.byteCount
  }

  func run(
    to destination: UnsafeMutableRawPointer, from source: UnsafeRawPointer, pool: OpaquePointer?
  ) {
    _ = weft_copy_strided(
      Int32(dims.count), dims, elementSize, destination + destinationOffset * elementSize,
      self.destination, source + sourceOffset * elementSize, self.source, pool)
  }
}

extension BroadcastTo: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let output = request.outputs[0]
    let copy = StridedCopy(
      dims: output.shape, destination: rowMajorStrides(output.shape),
      source: broadcastStrides(of: request.inputs[0].shape, to: output.shape),
      dtype: output.dtype)
    return { (arguments) throws(OpFailure) in
      copy.run(to: arguments.output(0), from: arguments.input(0), pool: arguments.pool)
    }
  }
}
