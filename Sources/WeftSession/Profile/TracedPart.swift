import WeftCompiler

/// What one device did in a traced run.
struct TracedPart: Sendable {
  let device: String
  let plan: ExecutionPlan?
  let times: StepTimes
  /// Copies from other devices and sums with them, which come first.
  var arrivals: [Arrival] = []

  /// Copies from one other device, made together, or sums over the same devices.
  struct Arrival: Sendable {
    let name: String
    let typeName: String
    let types: [TensorType]
    /// What each of the values costs, in passes over its bytes.
    let passes: Int
    /// Where their time is noted.
    let position: Int
  }

  func steps(run: Int, since origin: UInt64) -> [RunTrace.Step] {
    let moved = arrivals.compactMap { arrival -> RunTrace.Step? in
      let (start, end) = times[arrival.position]
      // What lies there still is not copied again.
      if end == 0 { return nil }
      let bytes = arrival.types.reduce(0) { $0 + ($1.byteCount ?? 0) }
      return RunTrace.Step(
        run: run, name: arrival.name, typeName: arrival.typeName, device: device, lines: [],
        start: start - min(origin, start), duration: end - start,
        cost: StepCost(bytes: arrival.passes * bytes), results: arrival.types)
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
