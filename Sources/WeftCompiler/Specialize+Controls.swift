import WeftOps

// What operations wait for.
extension Specializer {
  /// The instructions that must have run before an operation: its own control inputs, and those of
  /// operands that are constants by now.
  mutating func allControls(of operation: GraphOperation) -> [Int] {
    var controls = controls(of: operation)
    if inheritedControls.isEmpty { return controls }
    for input in operation.inputs {
      for control in inheritedControls[input.operation] ?? [] where !controls.contains(control) {
        controls.append(control)
      }
    }
    return controls
  }

  /// The instructions that stand for the control inputs of an operation.
  ///
  /// Where many operations wait for many, one grouping stands between them: the number of
  /// dependencies is then the sum of both, not the product.
  mutating func controls(of operation: GraphOperation) -> [Int] {
    guard let list = operation.controlListID else { return [] }
    if let known = controlLists[list] { return known }
    var controls = operation.controlInputs.flatMap { control in
      instructionOf[control].map { [$0] } ?? inheritedControls[control] ?? []
    }
    if controls.count > Self.groupingLimit {
      program.instructions.append(
        Program.Instruction(
          definition: NoOp(), name: operation.name + "/after", origin: operation.origin, inputs: [],
          outputs: [], controls: controls))
      controls = [program.instructions.count - 1]
    }
    controlLists[list] = controls
    return controls
  }
}
