import WeftOps

extension ImportBuilder {
  /// What a port of the file is here: made in this part, or found outside of it.
  func output(_ port: ImportPort) -> Output? {
    if let known = replaced[port] { return known }
    let source = self.source.nodes.resolved(port)
    if let known = replaced[source] { return known }
    if let operation = made[source.node] { return operation.output(source.output) }
    if let export = (part?.exports ?? self.source.exports)[source],
      let operation = made[export.node]
    {
      return operation.output(export.output)
    }
    return outside?(port)
  }

  /// The nodes that must be made before a node.
  func before(_ node: ImportNode) -> [Int] {
    let exports = part?.exports ?? source.exports
    var result: [Int] = []
    for port in node.ports where replaced[port] == nil {
      let source = self.source.nodes.resolved(port)
      if replaced[source] != nil { continue }
      result.append(exports[source]?.node ?? source.node)
    }
    result += node.controls.filter { index in
      switch source.nodes[index].content {
      case .alias, .control: false
      default: true
      }
    }
    guard let part else { return result }
    return result.filter(part.members.contains)
  }

  func make(_ loop: RaisedLoop) throws -> GraphOperation {
    let initial = try loop.initial.map { try required($0) }
    let outer = self
    func part(_ variables: [Output]) -> ImportBuilder {
      var inner = ImportBuilder(source: outer.source, graph: outer.graph, prefix: outer.prefix)
      inner.part = loop.part
      inner.outside = { outer.output($0) }
      for (ports, variable) in zip(loop.variables, variables) {
        for port in ports { inner.replaced[port] = variable }
      }
      return inner
    }
    return try graph.addWhile(initial, name: scope(loop.name), at: nil) { variables in
      var inner = part(variables)
      return try inner.built([loop.part.results[0]], targets: []).results[0] ?? variables[0]
    } body: { variables in
      var inner = part(variables)
      return try inner.built(Array(loop.part.results.dropFirst()), targets: loop.part.targets)
    }
  }

  func make(_ choice: RaisedChoice) throws -> GraphOperation {
    let predicate = try required(choice.predicate)
    let outer = self
    func branch(_ part: RaisedPart) throws -> RegionResult {
      var inner = ImportBuilder(source: outer.source, graph: outer.graph, prefix: outer.prefix)
      inner.part = part
      inner.outside = { outer.output($0) }
      return try inner.built(part.results, targets: part.targets)
    }
    return try graph.addIf(predicate, name: scope(choice.name), at: nil) {
      try branch(choice.then)
    } otherwise: {
      try branch(choice.otherwise)
    }
  }

  /// Makes what some results and targets of a part need.
  private mutating func built(_ results: [ImportPort?], targets: [Int]) throws -> RegionResult {
    let exports = part?.exports ?? [:]
    let members = part?.members ?? []
    var wanted = targets.filter(members.contains)
    for result in results {
      guard let result, replaced[result] == nil else { continue }
      let source = self.source.nodes.resolved(result)
      let node = exports[source]?.node ?? source.node
      if replaced[source] == nil, members.contains(node) { wanted.append(node) }
    }
    let order = try sorted(wanted, [])
    // The names are those of the file, wherever the nodes come to lie.
    try graph.atTopLevel {
      try graph.withOrigin(.unknown) { for index in order { try make(index) } }
    }
    var outputs: [Output?] = []
    for result in results { outputs.append(try result.map { try required($0) }) }
    return RegionResult(outputs, targets: targets.compactMap { made[$0] })
  }

  private func required(_ port: ImportPort) throws(GraphError) -> Output {
    if let output = output(port), output.type != nil || output.operation.isPoisoned {
      return output
    }
    let name = source.nodes[port.node].name
    throw GraphError(
      .invalidArgument, "'\(name):\(port.output)' has no value where a loop or a branch uses it")
  }

  private func scope(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix)/\(name)" }
}
