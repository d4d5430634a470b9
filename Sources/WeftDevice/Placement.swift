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

extension StepPlacement {
  /// The type name of a copy from one device to another.
  public static let copy = "Copy"
}

extension DeviceProgram {
  /// Where each step of the program's plan runs.
  public func placement(of plan: ExecutionPlan, on device: String) -> [StepPlacement] {
    let elsewhere = elsewhere
    return plan.steps.enumerated().map { index, step in
      elsewhere[index]
        ?? StepPlacement(
          name: step.name, typeName: step.definition.typeName, device: device,
          reason: "has a kernel")
    }
  }

  /// Most devices run everything themselves.
  public var elsewhere: [Int: StepPlacement] { [:] }
}
