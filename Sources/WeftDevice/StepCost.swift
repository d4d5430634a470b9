import WeftGraph

/// What a step of a plan takes, whatever the device.
public struct StepCost: Hashable, Sendable {
  /// The bytes of its operands and results, each counted once.
  public var bytes: Int
  /// The additions, multiplications and other functions of numbers.
  public var floatingPointOperations: Double

  /// A cost.
  public init(bytes: Int = 0, floatingPointOperations: Double = 0) {
    self.bytes = bytes
    self.floatingPointOperations = floatingPointOperations
  }

  /// The cost of both.
  public static func + (a: StepCost, b: StepCost) -> StepCost {
    StepCost(
      bytes: a.bytes + b.bytes,
      floatingPointOperations: a.floatingPointOperations + b.floatingPointOperations)
  }
}

extension ExecutionPlan {
  /// What a step takes: the least bytes that it must read and write, and its arithmetic.
  ///
  /// A variable that is updated is read and written: it counts twice.
  public func cost(of step: Step) -> StepCost {
    let bytes = Set(step.inputs).union(step.outputs).reduce(0) { $0 + values[$1].byteCount }
    return StepCost(
      bytes: bytes,
      floatingPointOperations: step.definition.floatingPointOperations(
        inputs: step.inputs.map { values[$0].shape }, outputs: step.outputs.map { values[$0].shape }
      ))
  }

  /// What all steps and the copies of results take.
  public var cost: StepCost {
    let copies = fetchCopies.reduce(0) { $0 + 2 * values[$1.value].byteCount }
    return steps.reduce(StepCost(bytes: copies)) { $0 + cost(of: $1) }
  }
}
