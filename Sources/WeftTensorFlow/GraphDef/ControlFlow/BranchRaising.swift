import WeftOps

/// Puts the branches among some nodes together.
///
/// A node depends on results of some `Switch` nodes: it belongs to those branches. The nodes are gone
/// through in an order in which each comes after its inputs, first those of no branch; when none is
/// left, all nodes of one condition that can be reached become one choice. Later nodes of the same
/// condition, such as its gradient's, become another: what they use of the first is a result of it that
/// one branch alone gives.
struct BranchRaising {
  let members: [Int]
  private let depth: Int
  /// By node: the choice that it became a part of.
  var home: [Int: Int] = [:]
  var choices: [Choice] = []
  /// By choice: its place among them.
  private var places: [Int: Int] = [:]
  private var plain: [Int] = []
  var part = RaisedPart()

  struct Choice {
    let index: Int
    let predicate: ImportPort
    var nodes: [Int]
    var pairs: [(otherwise: ImportPort?, then: ImportPort?)] = []
    var targets: [Int] = []
  }

  init(_ members: [Int], depth: Int) {
    self.members = members
    self.depth = depth
  }

  /// The part that the nodes make up: its members, and where results of nodes in branches are found.
  mutating func run(
    _ graph: inout ControlFlowRaising, wanted: [ImportPort], targets: [Int]
  ) throws(OpFailure) -> RaisedPart {
    guard depth < 64 else { throw OpFailure("branches lie in branches more than 64 deep") }
    if depth == 0 { try findLiterals(&graph) }
    guard members.contains(where: { literal($0, graph) != nil || isMerge($0, graph) }) else {
      return RaisedPart(members: Set(members), targets: targets)
    }
    try schedule(&graph)
    for index in plain where isMerge(index, graph) { try join(index, &graph) }
    exportUses(&graph, wanted)
    let own = targets.map { target -> Int in
      guard let choice = home[target] else { return target }
      choices[position(choice)].targets.append(target)
      return choice
    }
    for position in choices.indices { try complete(position, &graph) }
    part.members = Set(plain).union(choices.map(\.index))
    part.targets = own
    return part
  }

  func literal(_ index: Int, _ graph: ControlFlowRaising) -> BranchLiteral? {
    guard let all = graph.literals[index], all.count > depth else { return nil }
    return all[depth]
  }

  func isMerge(_ index: Int, _ graph: ControlFlowRaising) -> Bool {
    if case .control(.merge) = graph.nodes[index].content { return true }
    return false
  }

  func position(_ choice: Int) -> Int { places[choice] ?? 0 }

  // MARK: What becomes one choice

  private mutating func schedule(_ graph: inout ControlFlowRaising) throws(OpFailure) {
    let all = Set(members)
    var waiting: [Int: Int] = [:]
    var users: [Int: [Int]] = [:]
    for index in members {
      let node = graph.nodes[index]
      for other in node.inputs.map(\.node) + node.controls where all.contains(other) {
        waiting[index, default: 0] += 1
        users[other, default: []].append(index)
      }
    }
    var ready: [Int] = []
    var pending: [ImportPort: [Int]] = [:]
    var order: [ImportPort] = []
    func file(_ index: Int) {
      guard let literal = literal(index, graph) else {
        ready.append(index)
        return
      }
      if pending[literal.predicate] == nil { order.append(literal.predicate) }
      pending[literal.predicate, default: []].append(index)
    }
    func release(_ index: Int) {
      for user in users[index] ?? [] {
        waiting[user, default: 0] -= 1
        if waiting[user] == 0 { file(user) }
      }
    }
    for index in members where waiting[index] == nil { file(index) }
    while true {
      while let index = ready.popLast() {
        plain.append(index)
        release(index)
      }
      guard let predicate = order.first else { break }
      order.removeFirst()
      var nodes: [Int] = []
      while let next = pending[predicate]?.popLast() {
        nodes.append(next)
        release(next)
      }
      pending[predicate] = nil
      order.removeAll { $0 == predicate }
      addChoice(predicate, nodes, &graph)
    }
    guard plain.count + choices.reduce(0, { $0 + $1.nodes.count }) == members.count else {
      throw OpFailure("loops and branches go round in a circle")
    }
  }

  @discardableResult
  mutating func addChoice(
    _ predicate: ImportPort, _ nodes: [Int], _ graph: inout ControlFlowRaising
  ) -> Int {
    let name = nodes.first.map { graph.nodes[$0].name.parentScope } ?? "cond"
    let content = ImportNode.Content.choice(RaisedChoice(name: name, predicate: predicate))
    graph.nodes.append(ImportNode(raised: content, typeName: If.typeName, name: name))
    let index = graph.nodes.count - 1
    places[index] = choices.count
    choices.append(Choice(index: index, predicate: predicate, nodes: nodes))
    for node in nodes {
      home[node] = index
      graph.nodes[node].isInner = true
    }
    return choices.count - 1
  }

  // MARK: The branches of a choice

  private mutating func complete(_ place: Int, _ graph: inout ControlFlowRaising) throws(OpFailure)
  {
    let choice = choices[place]
    guard case .choice(var raised) = graph.nodes[choice.index].content else { return }
    for isTrue in [false, true] {
      let nodes = choice.nodes.filter { literal($0, graph)?.isTrue == isTrue }
      let own = Set(nodes)
      let results = choice.pairs.map { isTrue ? $0.then : $0.otherwise }
      let targets = choice.targets.filter(own.contains)
      var branch = BranchRaising(nodes, depth: depth + 1)
      var part = try branch.run(
        &graph, wanted: results.compactMap { $0 }.filter { own.contains($0.node) },
        targets: Array(Set(targets)).sorted())
      part.results = results
      if isTrue { raised.then = part } else { raised.otherwise = part }
    }
    graph.nodes[choice.index].content = .choice(raised)
    connect(choice, raised, &graph)
  }

  private func connect(_ choice: Choice, _ raised: RaisedChoice, _ graph: inout ControlFlowRaising)
  {
    var used: Set<ImportPort> = [choice.predicate]
    var controls = Set(graph.nodes[choice.index].controls)
    for branch in [raised.then, raised.otherwise] {
      let inner = branch.members.union(choice.nodes)
      for member in branch.members {
        used.formUnion(graph.nodes[member].ports.filter { !inner.contains($0.node) })
        controls.formUnion(graph.nodes[member].controls.filter { !inner.contains($0) })
      }
      used.formUnion(branch.results.compactMap { $0 }.filter { !inner.contains($0.node) })
    }
    let outside = controls.map { home[$0] ?? $0 }.filter { $0 != choice.index }
    graph.nodes[choice.index].controls = Set(outside).sorted()
    graph.nodes[choice.index].inputs =
      used.map { part.exports[graph.nodes.resolved($0)] ?? $0 }
      .sorted { ($0.node, $0.output) < ($1.node, $1.output) }
      .map { ($0.node, $0.output) }
  }
}
