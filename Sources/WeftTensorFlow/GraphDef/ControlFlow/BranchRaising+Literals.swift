import WeftOps

// Which branches a node belongs to.
extension BranchRaising {
  func findLiterals(_ graph: inout ControlFlowRaising) throws(OpFailure) {
    let all = Set(members)
    for index in try Self.sorted(members, graph.nodes) {
      let node = graph.nodes[index]
      // It runs in any case: that is its purpose.
      if node.typeName == "ControlTrigger" { continue }
      var found: [[BranchLiteral]] = []
      for port in node.ports where all.contains(port.node) {
        found.append(Self.literals(of: port, graph))
      }
      if isMerge(index, graph) {
        graph.literals[index] = try Self.joined(found, node.name)
        continue
      }
      for other in node.controls where all.contains(other) {
        found.append(graph.literals[other] ?? [])
      }
      let union = try Self.union(found, node.name)
      if !union.isEmpty { graph.literals[index] = union }
    }
  }

  static func literals(of port: ImportPort, _ graph: ControlFlowRaising) -> [BranchLiteral] {
    let own = graph.literals[port.node] ?? []
    guard case .alias = graph.nodes[port.node].content,
      graph.nodes[port.node].typeName.hasSuffix("Switch"), graph.nodes[port.node].inputs.count == 2
    else { return own }
    let predicate = graph.nodes.root(graph.nodes[port.node].ports[1])
    let literal = BranchLiteral(predicate: predicate, isTrue: port.output == 1)
    return own.contains(literal) ? own : own + [literal]
  }

  static func union(_ all: [[BranchLiteral]], _ name: String) throws(OpFailure)
    -> [BranchLiteral]
  {
    var result = all.max { $0.count < $1.count } ?? []
    for literals in all {
      for literal in literals where !result.contains(literal) {
        guard !result.contains(where: { $0.predicate == literal.predicate }) else {
          throw OpFailure("'\(name)' uses both branches of a condition without a Merge")
        }
        result.append(literal)
      }
    }
    return result
  }

  private static func joined(_ all: [[BranchLiteral]], _ name: String) throws(OpFailure)
    -> [BranchLiteral]
  {
    guard all.count == 2, let a = all[0].last, let b = all[1].last,
      all[0].dropLast() == all[1].dropLast(), a.predicate == b.predicate, a.isTrue != b.isTrue
    else { throw OpFailure("'\(name)' does not join the two branches of a condition") }
    return Array(all[0].dropLast())
  }

  static func sorted(_ members: [Int], _ nodes: [ImportNode]) throws(OpFailure) -> [Int] {
    let all = Set(members)
    var waiting: [Int: Int] = [:]
    var users: [Int: [Int]] = [:]
    for index in members {
      for other in nodes[index].inputs.map(\.node) + nodes[index].controls where all.contains(other)
      {
        waiting[index, default: 0] += 1
        users[other, default: []].append(index)
      }
    }
    var order = members.filter { waiting[$0] == nil }
    var next = 0
    while next < order.count {
      for user in users[order[next]] ?? [] {
        waiting[user, default: 0] -= 1
        if waiting[user] == 0 { order.append(user) }
      }
      next += 1
    }
    guard order.count == members.count else {
      throw OpFailure("loops and branches go round in a circle")
    }
    return order
  }
}
