import WeftOps

/// Finds which loop each node of a file belongs to.
struct FrameFinder {
  /// A loop.
  struct Frame {
    let name: String
    /// The loop around it; nil outside of all.
    let parent: Int?
    let depth: Int
    var enters: [Int] = []
    var exits: [Int] = []
    var nexts: [Int] = []
    var conditions: [Int] = []
  }

  private(set) var frames: [Frame] = []
  /// For each node the loop that it belongs to. Exits belong to the loop around theirs.
  private(set) var frameOf: [Int?]
  /// The nodes, each after its inputs but for what comes from the turn before.
  private(set) var order: [Int] = []
  private var byName: [String: Int] = [:]

  init(_ nodes: [ImportNode]) throws(OpFailure) {
    frameOf = Array(repeating: nil, count: nodes.count)
    order = try Self.sorted(nodes)
    for index in order { try place(index, nodes) }
  }

  private static func before(_ index: Int, _ nodes: [ImportNode]) -> [Int] {
    let inputs = nodes[index].inputs.map(\.node) + nodes[index].controls
    guard case .control(.merge) = nodes[index].content else { return inputs }
    return inputs.filter { if case .control(.next) = nodes[$0].content { false } else { true } }
  }

  private static func sorted(_ nodes: [ImportNode]) throws(OpFailure) -> [Int] {
    var waiting = [Int](repeating: 0, count: nodes.count)
    var users: [[Int]] = Array(repeating: [], count: nodes.count)
    for index in nodes.indices {
      for other in before(index, nodes) {
        waiting[index] += 1
        users[other].append(index)
      }
    }
    var order = nodes.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for user in users[order[next]] {
        waiting[user] -= 1
        if waiting[user] == 0 { order.append(user) }
      }
      next += 1
    }
    guard order.count == nodes.count else {
      let stuck = nodes.indices.first { waiting[$0] > 0 }.map { nodes[$0].name } ?? ""
      throw OpFailure("the graph goes round in a circle at '\(stuck)'")
    }
    return order
  }

  private mutating func place(_ index: Int, _ nodes: [ImportNode]) throws(OpFailure) {
    var deepest: Int?
    for other in Self.before(index, nodes) {
      guard let frame = frameOf[other] else { continue }
      if let known = deepest, frames[known].depth >= frames[frame].depth { continue }
      deepest = frame
    }
    frameOf[index] = deepest
    guard case .control(let kind) = nodes[index].content else { return }
    switch kind {
    case .enter(let name, _):
      let frame = byName[name] ?? frames.count
      if frame == frames.count {
        let depth = (deepest.map { frames[$0].depth } ?? 0) + 1
        // More loops in loops than any program has.
        guard depth < 16 else { throw OpFailure("loops lie in loops more than 16 deep") }
        frames.append(Frame(name: name, parent: deepest, depth: depth))
        byName[name] = frame
      } else if frames[frame].depth <= (deepest.map { frames[$0].depth } ?? 0) {
        throw OpFailure("the loop '\(name)' is entered from inside of itself")
      }
      frames[frame].enters.append(index)
      frameOf[index] = frame
    case .exit:
      guard let frame = deepest else { throw OpFailure("'\(nodes[index].name)' leaves no loop") }
      frames[frame].exits.append(index)
      frameOf[index] = frames[frame].parent
    case .next:
      guard let frame = deepest else { throw OpFailure("'\(nodes[index].name)' is in no loop") }
      frames[frame].nexts.append(index)
    case .loopCondition:
      guard let frame = deepest else { throw OpFailure("'\(nodes[index].name)' is in no loop") }
      frames[frame].conditions.append(index)
    case .switch, .merge: break
    }
  }
}
