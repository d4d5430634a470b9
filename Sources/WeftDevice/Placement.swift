import WeftGraph

/// Where a step of a plan runs, and why.
public struct StepPlacement: Hashable, Sendable {
  /// The operation's name.
  public let name: String
  /// Its type, such as `MatMul`.
  public let typeName: String
  /// The device, such as `/gpu:0`.
  public let device: String
  /// Why it runs there.
  public let reason: String
  /// How many tensors a run copies between devices for its sake.
  public let copies: Int

  /// A placement.
  public init(name: String, typeName: String, device: String, reason: String, copies: Int = 0) {
    self.name = name
    self.typeName = typeName
    self.device = device
    self.reason = reason
    self.copies = copies
  }
}

extension DeviceProgram {
  /// Most devices run everything themselves.
  public var elsewhere: [Int: StepPlacement] { [:] }
}
