import WeftOps

/// Removes instructions that neither a fetch, a target nor an effect needs.
///
/// The graph was pruned before; what dies here was made needless by folding and merging.
@Sendable
func removeDeadCode(_ program: inout Program) {
  var needed = [Bool](repeating: false, count: program.instructions.count)
  var stack = program.targets
  func maker(_ value: Int) -> Int? {
    if case .instruction(let index) = program.values[value].source { return index }
    return nil
  }
  stack += program.fetches.compactMap(maker)
  for (index, instruction) in program.instructions.enumerated()
  where instruction.hasEffect && !instruction.isDead { stack.append(index) }
  while let index = stack.popLast() {
    if needed[index] { continue }
    needed[index] = true
    stack += program.instructions[index].inputs.compactMap(maker)
    stack += program.instructions[index].controls
  }
  for index in needed.indices where !needed[index] { program.instructions[index].isDead = true }
}
