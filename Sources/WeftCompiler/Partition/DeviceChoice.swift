import WeftOps

/// The devices that a plan may use, and which of them an operation that asks for one gets.
public struct DeviceChoice: Sendable {
  /// The names of the devices.
  public let names: [String]
  /// Where operations run that ask for no device.
  public let standard: Int
  /// Where operations run that ask for one.
  public let find: @Sendable (DeviceRequest) -> Int
  /// Whether some of the devices can add up values together.
  public let grouping: @Sendable ([Int]) -> DeviceGrouping

  /// A choice.
  public init(
    names: [String], standard: Int,
    grouping: @escaping @Sendable ([Int]) -> DeviceGrouping = { _ in .unrelated },
    find: @escaping @Sendable (DeviceRequest) -> Int
  ) {
    self.names = names
    self.standard = standard
    self.grouping = grouping
    self.find = find
  }
}

extension Program.Instruction {
  /// Whether it does nothing by itself: it shows an operand, or groups what is waited for. Such an
  /// instruction has no device: it is repeated wherever it is needed.
  var isTransparent: Bool { isView || definition is NoOp }
}

/// The device on which everything of a program runs and lies; nil where there are several.
func soleDevice(of program: Program, standard: Int) -> Int? {
  var sole: Int?
  for device in program.variableDevices {
    if let sole, sole != device { return nil }
    sole = device
  }
  for instruction in program.instructions where !instruction.isTransparent {
    // An update runs where its variable lies.
    if !instruction.updatedInputs.isEmpty { continue }
    if let sole, sole != instruction.device { return nil }
    sole = instruction.device
  }
  return sole ?? standard
}
