import WeftOps

/// Replaces instructions that compute what an earlier one computes: the same definition over the
/// same operands, free of effects and of control dependencies.
///
/// The forward pass that loss and prediction share is then computed once. Copies of variables' values
/// are safe to merge: which version a reader sees depends on its own dependencies, which are equal.
@Sendable
func mergeCommonSubexpressions(_ program: inout Program) {
  struct Key: Hashable {
    let definition: AnyHashable
    let inputs: [Int]
  }
  var known: [Key: Int] = [:]
  var constants: [ConstantKey: Int] = [:]
  var replacement = Array(program.values.indices)
  var stand = Array(program.instructions.indices)
  for (index, value) in program.values.enumerated() {
    // Large constants are compared by identity only: hashing them would cost more than it saves.
    guard let constant = value.constant, value.source == .constant, constant.byteCount <= 4096
    else { continue }
    let key = ConstantKey(constant)
    if let first = constants[key] { replacement[index] = first } else { constants[key] = index }
  }
  for index in program.instructions.indices where !program.instructions[index].isDead {
    var instruction = program.instructions[index]
    instruction.inputs = instruction.inputs.map { replacement[$0] }
    program.instructions[index] = instruction
    guard instruction.definition.isPure, instruction.controls.isEmpty,
      !instruction.outputs.isEmpty
    else { continue }
    let key = Key(definition: AnyHashable(instruction.definition), inputs: instruction.inputs)
    if let first = known[key] {
      let kept = program.instructions[first]
      for (duplicate, original) in zip(instruction.outputs, kept.outputs) {
        replacement[duplicate] = original
      }
      program.instructions[index].isDead = true
      stand[index] = first
    } else {
      known[key] = index
    }
  }
  program.fetches = program.fetches.map { replacement[$0] }
  program.targets = program.targets.map { stand[$0] }
  for index in program.instructions.indices {
    program.instructions[index].controls = program.instructions[index].controls.map { stand[$0] }
  }
}

private struct ConstantKey: Hashable {
  let tensor: AnyTensor
  init(_ tensor: AnyTensor) { self.tensor = tensor }
  static func == (a: Self, b: Self) -> Bool { a.tensor.hasSameBits(as: b.tensor) }
  func hash(into hasher: inout Hasher) {
    hasher.combine(tensor.dtype)
    hasher.combine(tensor.shape)
    tensor.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}
