import WeftCompiler

/// What one device did in a traced run.
struct TracedPart: Sendable {
  let device: String
  let plan: ExecutionPlan?
  let times: StepTimes
  /// Copies from other devices, which come first.
  var copies: [Copies] = []

  /// Copies from one other device, made together.
  struct Copies: Sendable {
    let name: String
    let source: String
    let types: [TensorType]
    /// Where their time is noted.
    let position: Int
  }

  func steps(run: Int, since origin: UInt64) -> [RunTrace.Step] {
    let moved = copies.map { copies in
      let (start, end) = times[copies.position]
      let bytes = copies.types.reduce(0) { $0 + ($1.byteCount ?? 0) }
      return RunTrace.Step(
        run: run, name: "\(copies.name) from \(copies.source) to \(device)",
        typeName: StepPlacement.copy, device: device, lines: [], start: start - min(origin, start),
        duration: end - start, cost: StepCost(bytes: 2 * bytes), results: copies.types)
    }
    guard let plan else { return moved }
    return moved
      + plan.steps.enumerated().map { index, step in
        let (start, end) = times[index]
        return RunTrace.Step(
          run: run, name: step.name, typeName: step.definition.typeName, device: device,
          lines: step.origin.lines, start: start - min(origin, start), duration: end - start,
          cost: plan.cost(of: step), results: step.outputs.map { plan.values[$0].type })
      }
  }
}
