import WeftGraph

extension ExecutionPlan {
  /// One step of a plan as a plan of its own: what a device hands to another that it leaves the step to.
  ///
  /// Operands come in as feeds and results go out as fetches. A variable that the step updates is one of the
  /// plan's variables; what it holds has to be brought there before a run.
  public struct Single: Sendable {
    /// The plan.
    public let plan: ExecutionPlan
    /// For each feed the value of the whole plan that it is.
    public let feeds: [Int]
    /// For each fetch the value of the whole plan that it is.
    public let fetches: [Int]
    /// For each variable a value of the whole plan that lies there.
    public let variables: [Int]
  }

  /// A step as a plan of its own.
  public func single(_ index: Int) -> Single {
    let step = steps[index]
    var updated: [Int] = []
    switch step.definition.effect {
    case .updates(let inputs), .region(let inputs, _):
      for value in inputs.map({ step.inputs[$0] })
      where !updated.contains(where: { values[$0].storage == values[value].storage }) {
        updated.append(value)
      }
    case .none, .variable, .random, .external, .resource: break
    }
    var (own, places) = ([Value](), [Int: Int]())
    var (feeds, fetches, tensors) = ([Int](), [Int](), [AnyTensor]())
    func place(_ value: Int, isResult: Bool) -> Int {
      if let known = places[value] { return known }
      var storage = Storage.feed(feeds.count)
      if let variable = updated.firstIndex(where: { values[$0].storage == values[value].storage }) {
        storage = .variable(variable)
      } else if isResult {
        storage = .fetch(fetches.count)
        fetches.append(value)
      } else if case .constant(let position) = values[value].storage {
        storage = .constant(tensors.count)
        tensors.append(constants[position])
      } else {
        feeds.append(value)
      }
      places[value] = own.count
      own.append(Value(dtype: values[value].dtype, shape: values[value].shape, storage: storage))
      return own.count - 1
    }
    let inputs = step.inputs.map { place($0, isResult: false) }
    let outputs = step.outputs.map { place($0, isResult: true) }
    let copy = Step(
      definition: step.definition, name: step.name, origin: step.origin, inputs: inputs,
      outputs: outputs, randomStream: step.randomStream, regions: step.regions,
      results: step.results)
    return Single(
      plan: ExecutionPlan(
        values: own, steps: [copy], feeds: feeds.compactMap { places[$0] },
        fetches: fetches.compactMap { places[$0] }, fetchCopies: [], constants: tensors,
        arenaByteCount: 0),
      feeds: feeds, fetches: fetches, variables: updated)
  }
}
