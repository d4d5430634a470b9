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

  /// Reports that a layer cannot be built for a shape.
  func reportLayer(_ kind: String, _ message: String, _ input: Output, at location: SourceLocation) {
    guard !input.operation.isPoisoned else { return }
    report(
      GraphError(
        .invalidShape, message, subject: kind, location: location,
        notes: [
          "input '\(input.name)'" + (input.operation.origin.location.map { " from \($0)" } ?? "")
        ]))
  }
}
