import WeftOps

extension Graph {
  /// Builds a layer in a variable scope: the given one, or a new one `dense`, `dense_1`, ...
  ///
  /// Two layers without names never share variables; a name given twice is an error unless the scope
  /// or `reuse` says that they are shared.
  func layer<R>(
    _ name: String?, _ kind: String, reuse: VariableReuse?, at location: SourceLocation,
    _ body: () throws -> R
  ) rethrows -> R {
    try variableScope(name ?? vacantLayerName(kind), reuse: reuse) {
      try withOrigin(.user(location), body)
    }
  }

  private func vacantLayerName(_ kind: String) -> String {
    let path = variableScopeState.path
    let prefix = path.isEmpty ? "" : path + "/"
    let taken = sharedVariableNames
    var candidate = kind
    var number = 0
    while taken.contains(where: { $0.hasPrefix("\(prefix)\(candidate)/") }) {
      number += 1
      candidate = "\(kind)_\(number)"
    }
    return candidate
  }
}

/// What stands in place of a layer that cannot be built: its shape rule fails with the reason.
private struct RefusedInput: OpDefinition {
  static let typeName = "RefusedInput"
  static let displayName = "layer"
  let reason: String
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    throw OpFailure(reason, code: .invalidShape)
  }
  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure(reason, code: .invalidShape)
  }
}

/// Makes a layer's input an error of the graph; what is built on the result adds no further ones.
func refuse<S: TensorScalar>(
  _ x: Node<S>, _ kind: String, _ reason: String, at location: SourceLocation
) -> Node<S> {
  apply(RefusedInput(reason: reason), [x], name: kind, at: location)
}
