import WeftGraph

/// A sum over values that lie on several devices, a part on each.
public struct MemorySum: Sendable {
  /// The element type.
  public let dtype: DType
  /// How many elements each part has.
  public let count: Int
  /// The parts, in the order of the group's devices.
  public let parts: [any DeviceMemory]
  /// Where the sum is written: memory of one of the devices, or of each, by their positions in the group.
  public let results: [Int: any DeviceMemory]

  /// A sum.
  public init(
    dtype: DType, count: Int, parts: [any DeviceMemory], results: [Int: any DeviceMemory]
  ) {
    self.dtype = dtype
    self.count = count
    self.parts = parts
    self.results = results
  }
}

/// Devices that add up what lies in their memories together: each a share of the work, and nothing by
/// way of the host.
public protocol DeviceGroup: AnyObject, Sendable {
  /// Computes sums and waits for them.
  ///
  /// The order of additions is the same in every run. Calls of several threads come one after the other.
  ///
  /// Throws ``GraphError`` if one of the devices fails; no device waits for another one then.
  func add(_ sums: [MemorySum]) throws(GraphError)
}

/// Whether devices can add up values together.
public enum DeviceGrouping: Sendable {
  /// They can.
  case possible(by: String)
  /// They could, if something were there that is not.
  case impossible(because: String)
  /// They are no devices of one kind.
  case unrelated
}

extension Device {
  public func grouping(with others: [any Device]) -> DeviceGrouping { .unrelated }

  public func group(with others: [any Device]) throws(GraphError) -> any DeviceGroup {
    throw GraphError(.invalidState, "\(name) adds up nothing together with other devices")
  }
}
