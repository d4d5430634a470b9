import WeftOps

// What goes out of a choice.
extension BranchRaising {
  /// A merge becomes an identity of a choice's result.
  mutating func join(_ index: Int, _ graph: inout ControlFlowRaising) throws(OpFailure) {
    let ports = graph.nodes[index].ports
    guard ports.count == 2, let last = Self.literals(of: ports[0], graph).last else {
      throw OpFailure("'\(graph.nodes[index].name)' joins nothing")
    }
    let sources = ports.map { graph.nodes.resolved($0) }
    let homes = sources.compactMap { home[$0.node] }.map(position).filter {
      choices[$0].predicate == last.predicate
    }
    let place = homes.max() ?? addChoice(last.predicate, [], &graph)
    choices[place].pairs.append(
      last.isTrue ? (otherwise: sources[1], then: sources[0]) : (sources[0], sources[1]))
    graph.nodes[index].content = .definition(Identity())
    graph.nodes[index].inputs = [(choices[place].index, choices[place].pairs.count - 1)]
  }

  /// Makes results of what nodes outside of a choice use of those in it.
  mutating func exportUses(_ graph: inout ControlFlowRaising, _ wanted: [ImportPort]) {
    for port in wanted { export(graph.nodes.resolved(port), to: nil, graph) }
    for index in members {
      let own = home[index]
      for port in graph.nodes[index].ports { export(graph.nodes.resolved(port), to: own, graph) }
      for (place, other) in graph.nodes[index].controls.enumerated() {
        guard let choice = home[other], choice != own else { continue }
        choices[position(choice)].targets.append(other)
        if own == nil {
          graph.nodes[index].controls[place] = choice
        } else if let own {
          graph.nodes[own].controls.append(choice)
        }
      }
    }
    for position in choices.indices {
      for pair in choices[position].pairs {
        for port in [pair.otherwise, pair.then] {
          if let port { export(port, to: choices[position].index, graph) }
        }
      }
    }
  }

  mutating func export(_ port: ImportPort, to user: Int?, _ graph: ControlFlowRaising) {
    guard let choice = home[port.node], choice != user, part.exports[port] == nil,
      let literal = literal(port.node, graph)
    else { return }
    let place = position(choice)
    part.exports[port] = ImportPort(node: choice, output: choices[place].pairs.count)
    choices[place].pairs.append(
      literal.isTrue ? (otherwise: nil, then: port) : (otherwise: port, then: nil))
  }
}
