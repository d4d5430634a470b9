import WeftGraph

/// TensorFlow's `While`: a part of a computation repeated as long as another one says so.
///
/// The operands are the initial values of the loop's variables, then whatever the parts use. The
/// outputs are the last values of the variables; then, for the gradient, the number of turns, a number
/// that says that the lists are complete, and for each variable and each value that a repetition would
/// not find again the handle of a list with its value of every turn. A list that nobody uses is not
/// kept.
public struct While: RegionDefinition {
  public static let typeName = "While"
  public static let displayName = "whileLoop"
  /// Says whether there is another turn.
  public let condition: Subgraph
  /// One turn: the new values of the variables, then values that a repetition would not find again.
  public let body: Subgraph
  /// The number of variables.
  public let variableCount: Int
  public let effect: Effect

  /// A loop.
  public init(condition: Subgraph, body: Subgraph, variableCount: Int) {
    self.condition = condition
    self.body = body
    self.variableCount = variableCount
    effect = Subgraph.effect(of: [condition, body])
  }

  public var parts: [(label: String, subgraph: Subgraph)] {
    [("while", condition), ("body", body)]
  }

  /// The output with the number of turns.
  public var countIndex: Int { variableCount }
  /// The output to which operations on the lists are tied.
  public var flowIndex: Int { variableCount + 1 }
  /// The first of the outputs with handles: one for each variable, then one for each further result.
  public var firstList: Int { variableCount + 2 }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: body.inputs.count)
    guard condition.results.count == 1, let predicate = condition.results[0]?.type,
      predicate.dtype == .bool, predicate.shape.isCompatible(with: [])
    else {
      let type = condition.results.first.flatMap { $0?.type }
      throw OpFailure(
        "the condition must be a single truth value, not \(type?.description ?? "nothing")")
    }
    guard body.results.count >= variableCount else {
      throw OpFailure(
        "the body gives \(body.results.count) values for \(variableCount) variables")
    }
    var types: [TensorType] = []
    for index in 0..<variableCount {
      guard let type = body.inputs[index]?.type, let result = body.results[index]?.type else {
        throw OpFailure("variable \(index) has no value after a turn")
      }
      guard result.dtype == type.dtype, context.inputs[index].dtype == type.dtype else {
        throw OpFailure(
          "variable \(index) begins as \(context.inputs[index]) and is \(result) after a turn",
          code: .invalidType)
      }
      types.append(TensorType(type.dtype, type.shape.common(with: result.shape)))
    }
    types.append(TensorType(.int32, .scalar))
    types.append(TensorType(.float32, .scalar))
    types += body.results.map { _ in TensorType(.int64, .scalar) }
    return types
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let environment = context.environment
    var operands = context.inputs
    var turns: Int32 = 0
    let handles = body.results.map { _ in environment.store.makeList() }
    while true {
      let test = try RegionEvaluation.run(condition, operands, environment)
      replace(&operands, condition, test.updated)
      guard test.results.first??.doubles.first != 0 else { break }
      let turn = try RegionEvaluation.run(body, operands, environment)
      for (index, result) in turn.results.enumerated() {
        guard let result else { throw OpFailure("variable \(index) has no value after a turn") }
        let value = index < variableCount ? operands[index] : result
        let list = try environment.store.list(handles[index])
        let bytes = value.sharedStorage.pointer
        try list.push(bytes, byteCount: value.byteCount, shape: value.shape)
      }
      for index in 0..<variableCount {
        if let result = turn.results[index] { operands[index] = result }
      }
      replace(&operands, body, turn.updated)
      turns += 1
    }
    var outputs = Array(operands[..<variableCount])
    outputs += [AnyTensor(Tensor(turns)), flowTensor]
    outputs += handles.map { AnyTensor(Tensor($0)) }
    return outputs + effect.updatedInputs.map { operands[$0] }
  }

  private func replace(_ operands: inout [AnyTensor], _ part: Subgraph, _ updated: [AnyTensor]) {
    for (position, value) in zip(part.updatedInputs, updated) { operands[position] = value }
  }
}

extension Graph {
  /// Adds a loop over outputs of any types.
  ///
  /// Where a variable's shape is another after a turn, the dimensions that differ count as unknown, and
  /// the closures are called again.
  ///
  /// - Parameters:
  ///   - initial: the first values of the variables.
  ///   - name: the scope of the loop's operations.
  ///   - condition: takes the variables; says whether there is another turn.
  ///   - body: takes the variables; gives their new values.
  /// - Returns: the operation. Its first outputs are the last values of the variables.
  public func addWhile(
    _ initial: [Output], name: String, at location: SourceLocation?,
    while condition: ([Output]) throws -> Output, body: ([Output]) throws -> RegionResult
  ) rethrows -> GraphOperation {
    let outer = innermost
    let initial = initial.map(outer.adopted)
    return try scope(name) {
      var types = initial.map { $0.type ?? TensorType(.float32, .unknown) }
      var test = try region(types, named: "while") { RegionResult([try condition($0)]) }
      var turn = try region(types, named: "body", body)
      for _ in 0..<8 {
        var relaxed = types
        for (index, result) in turn.results.prefix(types.count).enumerated() {
          guard let found = result?.type else { continue }
          relaxed[index].shape = types[index].shape.common(with: found.shape)
        }
        if relaxed == types { break }
        types = relaxed
        test = try region(types, named: "while") { RegionResult([try condition($0)]) }
        turn = try region(types, named: "body", body)
      }
      return outer.addWhile(initial, test, turn, at: location)
    }
  }

  private func addWhile(
    _ initial: [Output], _ test: OpenRegion, _ turn: OpenRegion, at location: SourceLocation?
  ) -> GraphOperation {
    for error in test.errors + turn.errors { report(error) }
    let operands = uniqueCaptures(of: [test, turn])
    var body = turn
    let plain = body.subgraph(leading: body.parameters, captures: operands)
    body.results += plain.unrepeatable.map(Optional.some)
    let definition = While(
      condition: test.subgraph(leading: test.parameters, captures: operands),
      body: body.subgraph(leading: body.parameters, captures: operands),
      variableCount: initial.count)
    return after(test.controls + turn.controls) {
      add(definition, inputs: initial + operands, at: location)
    }
  }
}
