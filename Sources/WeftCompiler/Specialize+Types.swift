import WeftOps

// Types of results, and the errors of those that have none.
extension Specializer {
  func outputTypes(_ operation: GraphOperation, _ context: InferenceContext)
    throws(GraphError) -> [TensorType]
  {
    do throws(OpFailure) { return try operation.definition.outputTypes(context) } catch {
      throw GraphError(
        error.code, error.message, subject: operation.subject,
        location: operation.origin.location, notes: operandNotes(operation, context))
    }
  }

  func checkSizes(_ types: [TensorType], of operation: GraphOperation) throws(GraphError) {
    do throws(OpFailure) { for type in types { try type.checkSize() } } catch {
      throw GraphError(
        error.code, error.message, subject: operation.subject,
        location: operation.origin.location)
    }
  }

  private func operandNotes(_ operation: GraphOperation, _ context: InferenceContext) -> [String] {
    zip(operation.inputs, context.inputs).map { input, type in
      let place = input.operation.origin.location.map { " from \($0)" } ?? ""
      return "'\(input.name)' is \(type)\(place)"
    }
  }

  /// The results where they are known now.
  func folded(
    _ operation: GraphOperation, _ context: InferenceContext, _ inputs: [Int],
    _ types: [TensorType]
  ) throws(GraphError) -> [AnyTensor]? {
    let definition = operation.definition
    guard definition.isPure else { return nil }
    if let constant = definition.constantValue { return [constant] }
    if let known = definition.valueFromTypes(context) { return known }
    guard !types.isEmpty, !inputs.isEmpty else { return nil }
    let constants = inputs.compactMap { program.values[$0].constant }
    guard constants.count == inputs.count,
      types.allSatisfy({ ($0.byteCount ?? .max) <= Self.foldingLimit })
    else { return nil }
    do throws(OpFailure) {
      return try definition.evaluate(EvaluationContext(inputs: constants, outputTypes: types))
    } catch {
      throw GraphError(
        error.code, error.message, subject: operation.subject,
        location: operation.origin.location)
    }
  }

  /// The error of a placeholder without a feed: who needs it, and what was fed instead.
  func missingFeed(_ placeholder: GraphOperation) -> GraphError {
    func label(_ operation: GraphOperation) -> String {
      "'\(operation.name)'" + (operation.origin.location.map { " (\($0))" } ?? "")
    }
    func needs(_ operation: GraphOperation) -> Bool {
      var seen: Set<GraphOperation> = [operation]
      var stack = [operation]
      while let next = stack.popLast() {
        if next == placeholder { return true }
        for other in next.inputs.map(\.operation) + next.controlInputs
        where seen.insert(other).inserted { stack.append(other) }
      }
      return false
    }
    let fetch = question.fetches.first { needs($0.operation) }.map { "fetch '\($0.name)'" }
    let target = question.targets.first(where: needs).map { "operation '\($0.name)'" }
    var message = "\(fetch ?? target ?? "the run") needs placeholder \(label(placeholder)), "
    message += "which was not fed; you fed "
    let fed = question.feeds.map { label($0.output.operation) }
    message += fed.isEmpty ? "nothing" : fed.joined(separator: ", ")
    // The same name but for a number behind it: two copies of one model.
    let twin = question.feeds.contains {
      let name = $0.output.operation.name
      return placeholder.name.hasPrefix(name + "_") || name.hasPrefix(placeholder.name + "_")
    }
    if twin { message += ". Was the model built twice?" }
    return GraphError(.missingFeed, message)
  }
}
