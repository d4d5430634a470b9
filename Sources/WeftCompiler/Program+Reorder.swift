extension Program {
  /// Puts the instructions in this order and drops all others.
  mutating func reorder(_ order: [Int]) {
    var position = [Int](repeating: -1, count: instructions.count)
    for (new, old) in order.enumerated() { position[old] = new }
    var sorted: [Instruction] = []
    sorted.reserveCapacity(order.count)
    for old in order {
      var instruction = instructions[old]
      instruction.controls = instruction.controls.map { position[$0] }.filter { $0 >= 0 }
      sorted.append(instruction)
    }
    for (new, instruction) in sorted.enumerated() {
      for output in instruction.outputs { values[output].source = .instruction(new) }
    }
    targets = targets.map { position[$0] }.filter { $0 >= 0 }
    instructions = sorted
  }
}
