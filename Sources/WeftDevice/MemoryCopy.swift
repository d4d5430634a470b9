import WeftGraph

/// The bytes of one block of memory on their way to another of the same size, perhaps of another device.
public struct MemoryCopy: Sendable {
  /// What is copied.
  public let source: any DeviceMemory
  /// Where to.
  public let target: any DeviceMemory

  /// A copy. Blocks of different sizes are an error of the caller: no more is copied than both have.
  public init(from source: any DeviceMemory, to target: any DeviceMemory) {
    self.source = source
    self.target = target
  }

  /// How many bytes are copied.
  public var byteCount: Int { min(source.byteCount, target.byteCount) }

  /// Makes copies from the memory of one device into that of another, and waits: by what either of them
  /// knows of the other, else by way of the host.
  ///
  /// Throws ``GraphError`` if a device fails.
  public static func make(
    _ copies: [MemoryCopy], from source: any Device, to target: any Device
  ) throws(GraphError) {
    if try target.receive(copies) { return }
    if try source.send(copies) { return }
    for copy in copies {
      let bytes = try TensorStorage.allocated(copy.source.byteCount, for: "a copy between devices")
      try copy.source.download(to: bytes.pointer)
      try copy.target.upload(from: bytes.pointer)
    }
  }
}

extension Device {
  public func allocateOnHost(byteCount: Int) throws(GraphError) -> HostMemory? { nil }

  public func receive(_ copies: [MemoryCopy]) throws(GraphError) -> Bool { false }

  public func send(_ copies: [MemoryCopy]) throws(GraphError) -> Bool { false }
}

extension HostMemory {
  /// Makes copies between blocks of the host's memory; false if one is no such block.
  public static func copy(_ copies: [MemoryCopy]) -> Bool {
    for copy in copies where !(copy.source is HostMemory && copy.target is HostMemory) {
      return false
    }
    for copy in copies {
      guard let source = copy.source as? HostMemory, let target = copy.target as? HostMemory else {
        return false
      }
      target.pointer.copyMemory(from: source.pointer, byteCount: copy.byteCount)
    }
    return true
  }
}
