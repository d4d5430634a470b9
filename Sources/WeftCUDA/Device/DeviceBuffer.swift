import CWeftCUDA
import WeftDevice

/// A block of a GPU's memory, given back when nobody holds it.
final class DeviceBuffer: @unchecked Sendable {
  // Sendable: the address never changes; who may touch the bytes when is the owner's affair.
  let context: CUDAContext
  let address: weft_cuda_address
  let byteCount: Int

  /// Throws ``GraphError`` if there is not enough; the purpose is named in the error.
  init(_ context: CUDAContext, byteCount: Int, for purpose: String) throws(GraphError) {
    self.context = context
    self.byteCount = byteCount
    try context.activate()
    address = try context.allocate(byteCount, for: purpose)
  }

  deinit { context.free(address, byteCount) }
}

/// Memory of the host that the GPU copies from and to without a detour.
final class PinnedBuffer: @unchecked Sendable {
  // Sendable: as ``DeviceBuffer``.
  let pointer: UnsafeMutableRawPointer
  private let context: CUDAContext

  init(_ context: CUDAContext, byteCount: Int) throws(GraphError) {
    self.context = context
    try context.activate()
    var pointer: UnsafeMutableRawPointer?
    try context.check(
      context.libraries.driver.pointee.cuMemHostAlloc(
        &pointer, max(byteCount, 1), UInt32(WEFT_CUDA_HOST_PORTABLE)), "cuMemHostAlloc")
    guard let pointer else { throw context.libraries.failure(0, "cuMemHostAlloc") }
    self.pointer = pointer
  }

  deinit {
    if (try? context.activate()) != nil {
      _ = context.libraries.driver.pointee.cuMemFreeHost(pointer)
    }
  }
}

/// A variable's memory on a GPU.
final class CUDAMemory: DeviceMemory {
  let buffer: DeviceBuffer
  var byteCount: Int { buffer.byteCount }

  /// Memory of zeros.
  init(_ context: CUDAContext, byteCount: Int) throws(GraphError) {
    buffer = try DeviceBuffer(context, byteCount: byteCount, for: "a variable")
    let driver = context.libraries.driver.pointee
    try context.check(
      driver.cuMemsetD8Async(buffer.address, 0, max(byteCount, 1), context.stream),
      "cuMemsetD8Async")
    try context.check(driver.cuStreamSynchronize(context.stream), "cuStreamSynchronize")
  }

  func upload(from source: UnsafeRawPointer) throws(GraphError) {
    try buffer.upload(from: source, byteCount: byteCount)
  }

  func download(to destination: UnsafeMutableRawPointer) throws(GraphError) {
    try buffer.download(to: destination, byteCount: byteCount)
  }
}

extension DeviceBuffer {
  /// Copies from the host and waits.
  func upload(
    from source: UnsafeRawPointer, byteCount: Int, at offset: Int = 0
  ) throws(GraphError) {
    if byteCount == 0 { return }
    try context.activate()
    let driver = context.libraries.driver.pointee
    try context.check(
      driver.cuMemcpyHtoDAsync_v2(
        address + weft_cuda_address(offset), source, byteCount, context.stream),
      "cuMemcpyHtoDAsync")
    try context.check(driver.cuStreamSynchronize(context.stream), "cuStreamSynchronize")
  }

  /// Copies to the host and waits.
  func download(
    to destination: UnsafeMutableRawPointer, byteCount: Int, at offset: Int = 0
  ) throws(GraphError) {
    if byteCount == 0 { return }
    try context.activate()
    let driver = context.libraries.driver.pointee
    try context.check(
      driver.cuMemcpyDtoHAsync_v2(
        destination, address + weft_cuda_address(offset), byteCount, context.stream),
      "cuMemcpyDtoHAsync")
    try context.check(driver.cuStreamSynchronize(context.stream), "cuStreamSynchronize")
  }
}
