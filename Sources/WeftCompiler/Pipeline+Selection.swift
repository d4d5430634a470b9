extension Pipeline {
  /// The pipeline without some passes, for finding the one that changes a result.
  ///
  /// Names may be written with hyphens, as `fuse-pointwise`.
  /// Throws ``GraphError`` for a name that is no pass, and for a pass that no plan can do without.
  public func without(_ names: [String]) throws(GraphError) -> Pipeline {
    var kept = self
    for name in names {
      let pass = try pass(named: name)
      if pass.isRequired {
        throw GraphError(
          .invalidArgument, "the pass '\(pass.name)' cannot be switched off",
          notes: ["it fixes the order of reads and updates, which no plan can do without"])
      }
      kept.passes.removeAll { $0.name == pass.name }
    }
    return kept
  }

  /// The passes up to this one, and what no plan can do without.
  ///
  /// Throws ``GraphError`` for a name that is no pass.
  public func stopping(after name: String) throws(GraphError) -> Pipeline {
    let last = try pass(named: name)
    let end = passes.firstIndex { $0.name == last.name } ?? passes.count - 1
    var kept = self
    kept.passes = passes.enumerated().filter { $0.offset <= end || $0.element.isRequired }
      .map(\.element)
    return kept
  }

  private func pass(named name: String) throws(GraphError) -> Pass {
    let wanted = String(name.lowercased().map { $0 == "-" || $0 == "_" ? " " : $0 })
    if let found = passes.first(where: { $0.name == wanted }) { return found }
    let names = passes.map { "'\($0.name)'" }.joined(separator: ", ")
    throw GraphError(
      .invalidArgument, "there is no pass '\(name)'", notes: ["the passes: \(names)"])
  }
}
