import WeftOps

/// Puts TensorFlow 1's loops and branches together: the nodes `Switch`, `Merge`, `Enter`, `Exit`,
/// `NextIteration` and `LoopCond` become nodes that hold parts of the graph.
///
/// Loops are found by their frames, the innermost first; the nodes of a loop then count as one. In what
/// is left, and in each loop, a node belongs to the branches whose `Switch` it depends on
/// (``BranchRaising``). Nodes keep their names: an `Exit` and a `Merge` become identities of what the
/// loop and the choice give.
struct ControlFlowRaising {
  var nodes: [ImportNode]
  /// By node: the branches that it belongs to, from the outermost.
  var literals: [Int: [BranchLiteral]] = [:]
  /// Results of nodes in branches that are used outside of all loops and branches.
  private(set) var exports: [ImportPort: ImportPort] = [:]
  private var frames: FrameFinder

  /// The nodes with their loops and branches put together; where that cannot be, the nodes of control
  /// flow say why.
  static func raised(_ nodes: [ImportNode]) -> (
    nodes: [ImportNode], exports: [ImportPort: ImportPort]
  ) {
    let hasControlFlow = nodes.contains { if case .control = $0.content { true } else { false } }
    guard hasControlFlow else { return (nodes, [:]) }
    do throws(OpFailure) {
      var raising = ControlFlowRaising(nodes: nodes, frames: try FrameFinder(nodes))
      try raising.run()
      return (raising.nodes, raising.exports)
    } catch {
      var failed = nodes
      for index in nodes.indices {
        if case .control = nodes[index].content {
          failed[index].content = .unsupported(error.message)
        }
      }
      return (failed, [:])
    }
  }

  private init(nodes: [ImportNode], frames: FrameFinder) {
    self.nodes = nodes
    self.frames = frames
  }

  private mutating func run() throws(OpFailure) {
    var members: [Int?: [Int]] = [:]
    for index in frames.order { members[frames.frameOf[index], default: []].append(index) }
    markAliases()
    let depths = frames.frames.indices.sorted {
      (frames.frames[$1].depth, $0) < (frames.frames[$0].depth, $1)
    }
    for frame in depths {
      let loop = try raise(frame, members[frame] ?? [])
      members[frames.frames[frame].parent, default: []].append(loop)
    }
    let outermost = members[nil] ?? []
    var region = BranchRaising(outermost, depth: 0)
    exports = try region.run(&self, wanted: [], targets: []).exports
  }

  /// Nodes that only say where a value is used: what enters a loop unchanged, and what a branch takes.
  private mutating func markAliases() {
    for index in nodes.indices {
      switch nodes[index].content {
      case .control(.enter(_, isConstant: true)): nodes[index].content = .alias
      case .control(.switch) where nodes[index].inputs.count == 2:
        let predicate = nodes[index].inputs[1].node
        if case .control(.loopCondition) = nodes[predicate].content { continue }
        nodes[index].content = .alias
      default: continue
      }
      nodes[index].isInner = true
    }
    // What enters a loop and is no variable of it is the same in every turn.
    var variables: Set<Int> = []
    for node in nodes {
      if case .control(.merge) = node.content { variables.formUnion(node.inputs.map(\.node)) }
    }
    for frame in frames.frames {
      for enter in frame.enters where !variables.contains(enter) {
        nodes[enter].content = .alias
        nodes[enter].isInner = true
      }
    }
  }

  private mutating func raise(_ number: Int, _ members: [Int]) throws(OpFailure) -> Int {
    let frame = frames.frames[number]
    guard frame.conditions.count == 1, let test = nodes[frame.conditions[0]].ports.first else {
      throw OpFailure("the loop '\(frame.name)' has \(frame.conditions.count) conditions, not one")
    }
    var loop = RaisedLoop(name: frame.name.parentScope)
    var next: [ImportPort] = []
    var targets: [Int] = []
    var place: [Int: Int] = [:]
    for index in members {
      guard case .control(.merge) = nodes[index].content else { continue }
      let inputs = nodes[index].ports
      guard inputs.count == 2, let first = inputs.first(where: { isEnter($0.node) }),
        let last = inputs.first(where: { isNext($0.node) }),
        let initial = nodes[first.node].ports.first, let result = nodes[last.node].ports.first
      else { continue }
      place[index] = loop.initial.count
      loop.initial.append(initial)
      loop.variables.append([ImportPort(node: index, output: 0)])
      next.append(result)
      targets += nodes[last.node].controls
    }
    for index in members {
      guard case .control(.switch) = nodes[index].content, let merge = nodes[index].inputs.first,
        let variable = place[merge.node]
      else { continue }
      place[index] = variable
      loop.variables[variable].append(ImportPort(node: index, output: 1))
    }
    let inner = members.filter { index in
      if case .control = nodes[index].content, !isBranchMerge(index, place) { return false }
      return true
    }
    let kept = Set(inner)
    for index in members where !kept.contains(index) { nodes[index].isInner = true }
    var branches = BranchRaising(inner, depth: 0)
    let wanted = [test] + next
    loop.part = try branches.run(&self, wanted: wanted, targets: targets)
    loop.part.results = wanted
    for index in loop.part.members { nodes[index].isInner = true }
    var made = ImportNode(raised: .loop(loop), typeName: While.typeName, name: loop.name)
    connect(&made, loop.part, initial: frame.enters)
    nodes.append(made)
    let index = nodes.count - 1
    for exit in frame.exits { try leave(exit, index, place, frame.name) }
    return index
  }

  private func isEnter(_ index: Int) -> Bool {
    if case .control(.enter) = nodes[index].content { return true }
    return false
  }

  private func isNext(_ index: Int) -> Bool {
    if case .control(.next) = nodes[index].content { return true }
    return false
  }

  private func isBranchMerge(_ index: Int, _ place: [Int: Int]) -> Bool {
    guard case .control(.merge) = nodes[index].content else { return false }
    return place[index] == nil
  }

  /// The inputs of a loop's node: what its nodes use from outside.
  private func connect(_ node: inout ImportNode, _ part: RaisedPart, initial enters: [Int]) {
    var used: Set<ImportPort> = []
    var controls: Set<Int> = []
    for enter in enters {
      used.formUnion(nodes[enter].ports)
      controls.formUnion(nodes[enter].controls)
    }
    for member in part.members {
      for port in nodes[member].ports where isOutside(port.node, part) { used.insert(port) }
      for other in nodes[member].controls where isOutside(other, part) { controls.insert(other) }
    }
    node.inputs = used.sorted { ($0.node, $0.output) < ($1.node, $1.output) }
      .map { ($0.node, $0.output) }
    node.controls = controls.sorted()
  }

  private func isOutside(_ index: Int, _ part: RaisedPart) -> Bool {
    if part.members.contains(index) || nodes[index].isInner { return false }
    if case .control = nodes[index].content { return false }
    return true
  }

  /// An exit becomes an identity of the variable's last value.
  private mutating func leave(_ exit: Int, _ loop: Int, _ place: [Int: Int], _ name: String)
    throws(OpFailure)
  {
    guard let port = nodes[exit].ports.first else { throw OpFailure("an exit has no input") }
    let source = nodes.root(port)
    guard source.output == 0, case .control(.switch) = nodes[source.node].content,
      let variable = place[source.node]
    else {
      throw OpFailure("'\(nodes[exit].name)' leaves the loop '\(name)' with what is no variable")
    }
    nodes[exit].content = .definition(Identity())
    nodes[exit].inputs = [(loop, variable)]
    nodes[exit].controls = []
  }
}

extension String {
  /// The part before the last slash; the whole where there is none.
  var parentScope: String {
    lastIndex(of: "/").map { String(self[..<$0]) } ?? self
  }
}
