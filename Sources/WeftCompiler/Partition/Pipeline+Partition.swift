import WeftOps

extension Pipeline {
  /// The plans of a program that several devices work on.
  ///
  /// The order of reads and updates of variables is fixed for the whole program first; then it is
  /// taken apart, and each part goes through all passes by itself: none of them has to know of devices.
  func partitioned(
    _ whole: Program, _ devices: DeviceChoice, stream: (String, Int64, Int64) -> Int
  ) throws(GraphError) -> PartitionedPlan {
    var program = whole
    observer?("specialize", program)
    // Without the first, every gradient would wait for all the others, on whatever device.
    let first = passes.filter { $0.name == "drop controls" }
    let order = Pass("schedule", scheduleUpdates)
    for pass in first + [Pass("dead code", removeDeadCode), order] {
      try pass.run(&program)
      #if DEBUG
        try verify(program, after: pass.name)
      #endif
      observer?("\(pass.name) of the whole", program)
    }
    try placeUpdates(&program, devices)
    let joint = JointSums(&program, devices)
    var splitter = ProgramSplitter(program, PartLevels(program, joint))
    splitter.run()
    return try splitter.finish(devices) { (part, label) throws(GraphError) -> Result in
      var pipeline = self
      if let observer { pipeline.observer = { observer("\($0) of \(label)", $1) } }
      return try pipeline.plan(part, stream: stream)
    }
  }

  /// Puts updates, and copies made for the sake of their order, where their variables lie.
  ///
  /// Throws ``GraphError`` for an update of variables that lie on several devices.
  private func placeUpdates(_ program: inout Program, _ devices: DeviceChoice) throws(GraphError) {
    for (index, instruction) in program.instructions.enumerated() {
      var targets = instruction.updatedInputs.map { instruction.inputs[$0] }
      if instruction.definition is Snapshot { targets = instruction.inputs }
      let variables = targets.compactMap(program.variable(of:))
      guard let first = variables.first else { continue }
      let home = program.variableDevices[first]
      if let other = variables.first(where: { program.variableDevices[$0] != home }) {
        let (a, b) = (program.variables[first], program.variables[other])
        throw GraphError(
          .invalidState,
          "updates '\(a.name)' on \(devices.names[home]) and '\(b.name)' on "
            + "\(devices.names[program.variableDevices[other]]) together",
          subject: "\(type(of: instruction.definition).displayName) '\(instruction.name)'",
          location: instruction.origin.location,
          notes: ["make both variables within one graph.device(...) { }"])
      }
      program.instructions[index].device = home
    }
  }
}
