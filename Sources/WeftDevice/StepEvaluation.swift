extension ExecutionPlan {
  /// A step computed on the host by its operation's own `evaluate`: the new contents of values, those of
  /// its results and of what it updates.
  ///
  /// Throws ``GraphError`` of the step if that fails, or gives what does not fit.
  public func evaluate(
    _ step: Step, of inputs: [AnyTensor], streams: RandomStreams, store: RunStore
  ) throws(GraphError) -> [(value: Int, tensor: AnyTensor)] {
    let context = EvaluationContext(
      inputs: inputs, outputTypes: outputTypes(of: step),
      environment: streams.environment(store),
      reserve: { streams.reserve(step.randomStream ?? 0, blocks: $0) })
    var results: [AnyTensor]
    do throws(OpFailure) { results = try step.definition.evaluate(context) } catch {
      throw step.error(error)
    }
    var targets = step.outputs
    switch step.definition.effect {
    case .updates(let updated): targets = updated.map { step.inputs[$0] }
    case .region(let updated, _): targets += updated.map { step.inputs[$0] }
    case .none, .variable, .random, .external, .resource: break
    }
    if !step.regions.isEmpty {
      let updates = results.suffix(targets.count - step.outputs.count)
      results = step.results.map { results[$0] } + updates
    }
    guard results.count == targets.count,
      zip(results, targets).allSatisfy({ $0.byteCount == values[$1].byteCount })
    else {
      throw step.error(
        OpFailure(
          "evaluate gave \(results.count) results that do not fit its outputs", code: .invalidState)
      )
    }
    return zip(targets, results).map { ($0, $1) }
  }

  /// The types of all outputs of a step's definition, also of those that nobody uses.
  private func outputTypes(of step: Step) -> [TensorType] {
    let known = step.outputs.map { values[$0].type }
    if step.regions.isEmpty { return known }
    let count = (step.results.max() ?? -1) + 1
    var all = [TensorType](repeating: TensorType(.float32, .unknown), count: count)
    for (index, type) in zip(step.results, known) { all[index] = type }
    return all
  }
}
