import WeftOps

/// Checks what every pass must keep: operands are made before they are used, results belong to their
/// instruction, and types are what the operations say.
///
/// Throws ``GraphError`` naming the pass, which is then at fault.
func verify(_ program: Program, after pass: String) throws(GraphError) {
  func fail(_ text: String) -> GraphError {
    GraphError(.invalidState, "the pass '\(pass)' left \(text)")
  }
  var made = Set(
    program.values.indices.filter {
      if case .instruction = program.values[$0].source { return false }
      return true
    })
  for (index, instruction) in program.instructions.enumerated() where !instruction.isDead {
    for input in instruction.inputs where !made.contains(input) {
      throw fail("'\(instruction.name)' before its operand %\(input)")
    }
    for output in instruction.outputs {
      guard program.values[output].source == .instruction(index) else {
        throw fail("'\(instruction.name)' with a result that is not its own")
      }
      made.insert(output)
    }
  }
  for fetch in program.fetches where !made.contains(fetch) {
    throw fail("the result %\(fetch) without anything that makes it")
  }
}
