import CWeftCUDA
import WeftDevice

extension CUDADevice {
  /// Copies from the host and from other GPUs of the same driver.
  public func receive(_ copies: [MemoryCopy]) throws(GraphError) -> Bool {
    guard let context = (copies.first?.target as? CUDAMemory)?.buffer.context else {
      return copies.isEmpty
    }
    for copy in copies {
      guard copy.target is CUDAMemory, copy.source.isKnown(to: context) else { return false }
    }
    try context.copyTogether(copies) { (copy) throws(GraphError) in
      let driver = context.libraries.driver.pointee
      guard let target = (copy.target as? CUDAMemory)?.buffer else { return }
      if let source = copy.source as? HostMemory {
        try context.check(
          driver.cuMemcpyHtoDAsync_v2(
            target.address, source.pointer, copy.byteCount, context.stream), "cuMemcpyHtoDAsync")
      } else if let source = (copy.source as? CUDAMemory)?.buffer {
        if source.context === context {
          try context.check(
            driver.cuMemcpyDtoDAsync_v2(
              target.address, source.address, copy.byteCount, context.stream),
            "cuMemcpyDtoDAsync")
        } else {
          source.context.open(to: context)
          try context.check(
            driver.cuMemcpyPeerAsync(
              target.address, context.context, source.address, source.context.context,
              copy.byteCount, context.stream), "cuMemcpyPeerAsync")
        }
      }
    }
    return true
  }

  /// Copies to the host.
  public func send(_ copies: [MemoryCopy]) throws(GraphError) -> Bool {
    guard let context = (copies.first?.source as? CUDAMemory)?.buffer.context else {
      return copies.isEmpty
    }
    for copy in copies {
      guard copy.target is HostMemory, copy.source is CUDAMemory else { return false }
    }
    try context.copyTogether(copies) { (copy) throws(GraphError) in
      guard let source = (copy.source as? CUDAMemory)?.buffer,
        let target = copy.target as? HostMemory
      else { return }
      try context.check(
        context.libraries.driver.pointee.cuMemcpyDtoHAsync_v2(
          target.pointer, source.address, copy.byteCount, context.stream), "cuMemcpyDtoHAsync")
    }
    return true
  }
}

extension DeviceMemory {
  /// Whether the driver of a context can copy from the memory.
  fileprivate func isKnown(to context: CUDAContext) -> Bool {
    if self is HostMemory { return true }
    guard let other = (self as? CUDAMemory)?.buffer.context else { return false }
    return other.libraries.driver.pointee.handle == context.libraries.driver.pointee.handle
  }
}

extension CUDAContext {
  /// Begins copies one after the other, and waits for all of them, also where one could not begin:
  /// none may be under way when its memory is given back.
  fileprivate func copyTogether(
    _ copies: [MemoryCopy], _ begin: (MemoryCopy) throws(GraphError) -> Void
  ) throws(GraphError) {
    try activate()
    var failure: GraphError?
    for copy in copies where copy.byteCount > 0 {
      do throws(GraphError) { try begin(copy) } catch {
        failure = error
        break
      }
    }
    let status = libraries.driver.pointee.cuStreamSynchronize(stream)
    if let failure { throw failure }
    try check(status, "cuStreamSynchronize")
  }
}
