import WeftOps

/// The sums of a program that several devices compute together: `AddN` over values that lie on different
/// devices of one group, each made where it lies. The mean of towers' gradients is such a sum.
///
/// A joint sum belongs to no part. It has a task of its own, one level above all that it adds up, and
/// what uses it is another level above.
struct JointSums {
  /// What a joint sum adds up.
  struct Sum {
    /// Values that instructions make, in the order of the devices.
    let parts: [Int]
    /// The devices, in ascending order.
    let devices: [Int]
    /// What the devices do it by.
    let means: String
  }

  /// By instruction.
  private(set) var sums: [Int: Sum] = [:]
  /// Why sums that could be joint are not.
  private(set) var notes: [String] = []

  /// Finds the joint sums of a program in its final order. Each is put on the device that it asks for if
  /// that one has a part, else on the first that has.
  init(_ program: inout Program, _ devices: DeviceChoice) {
    for index in program.instructions.indices {
      guard let places = Self.places(of: index, program) else { continue }
      switch devices.grouping(places.map(\.device)) {
      case .unrelated: continue
      case .impossible(let reason):
        let names = places.map { devices.names[$0.device] }.joined(separator: ", ")
        let note = "sums over \(names) are made from copies, on one device: \(reason)"
        if !notes.contains(note) { notes.append(note) }
      case .possible(let means):
        sums[index] = Sum(
          parts: places.map(\.value), devices: places.map(\.device), means: means)
        let home = program.instructions[index].device
        if !places.contains(where: { $0.device == home }) {
          program.instructions[index].device = places[0].device
        }
      }
    }
  }

  /// The values that a sum adds up with their devices, if each lies on one of its own.
  private static func places(of index: Int, _ program: Program) -> [(value: Int, device: Int)]? {
    let instruction = program.instructions[index]
    guard instruction.definition is AddN, instruction.controls.isEmpty,
      let output = instruction.outputs.first, instruction.inputs.count > 1
    else { return nil }
    let type = program.values[output].dtype
    // What is added with more digits than the type has gains nothing by an order of its own.
    guard type == .float32 || type == .float64 else { return nil }
    var places: [(value: Int, device: Int)] = []
    for input in instruction.inputs {
      guard let value = program.madeValue(of: input), program.values[value].dtype == type,
        case .instruction(let maker) = program.values[value].source
      else { return nil }
      places.append((value, program.instructions[maker].device))
    }
    guard Set(places.map(\.device)).count == places.count else { return nil }
    return places.sorted { $0.device < $1.device }
  }
}

extension Program {
  /// The value that an operand shows, if an instruction makes it and nothing else has to come before.
  fileprivate func madeValue(of value: Int) -> Int? {
    var value = value
    while case .instruction(let maker) = values[value].source {
      let instruction = instructions[maker]
      guard instruction.isView else { return variable(of: value) == nil ? value : nil }
      guard instruction.controls.isEmpty else { return nil }
      value = instruction.inputs[instruction.viewedInput]
    }
    return nil
  }
}
