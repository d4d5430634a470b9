import WeftOps

/// Orders the instructions so that every reader of a variable sees the right version of it.
///
/// The writes to a variable make versions of it, numbered in the order of the program. A reader sees
/// the last version among the writes that it depends on (by operands or control dependencies), and
/// version 0, the value from before the run, if it depends on none: the result does not depend on
/// scheduling. Since writes work in place, a reader of version k must come before the write that
/// makes version k + 1: an edge. Where the edges of several variables close a circle, one reader gets
/// a copy of the version that it needs instead.
@Sendable
func scheduleUpdates(_ program: inout Program) throws(GraphError) {
  var scheduler = Scheduler(program)
  try scheduler.run()
  program = scheduler.program
}

struct Scheduler {
  var program: Program
  /// For each variable the instructions that write it, in order.
  var writes: [[Int]]
  /// For each instruction the number of writes of each variable that it depends on: a set's number.
  var seen: [Int] = []
  private var sets = WriteSets()
  /// For each view of a variable that depends on writes, the version that it shows.
  private var pinned: [Int: Int] = [:]
  /// Further instructions that must come before an instruction.
  var edges: [Set<Int>] = []
  /// Copies made here.
  var copies: [Version: Int] = [:]

  struct Version: Hashable {
    let variable: Int
    let number: Int
  }

  /// The number of instructions before any were added.
  let original: Int

  init(_ program: Program) {
    self.program = program
    original = program.instructions.count
    writes = Array(repeating: [], count: program.variables.count)
  }

  mutating func run() throws(GraphError) {
    collectWrites()
    countSeenWrites()
    edges = Array(repeating: [], count: program.instructions.count)
    orderWrites()
    for index in program.instructions.indices where !program.instructions[index].isDead {
      addReaderEdges(index)
    }
    copyFetches()
    while let stuck = sort() {
      guard breakCircle(among: stuck) else {
        throw GraphError(.invalidState, "the updates of variables wait for each other")
      }
    }
  }

  private mutating func collectWrites() {
    for (index, instruction) in program.instructions.enumerated() where !instruction.isDead {
      for position in instruction.updatedInputs {
        if let variable = program.variable(of: instruction.inputs[position]) {
          writes[variable].append(index)
        }
      }
    }
  }

  private mutating func countSeenWrites() {
    let count = program.instructions.count
    seen = Array(repeating: WriteSets.none, count: count)
    guard writes.contains(where: { !$0.isEmpty }) else { return }
    var own = [Int](repeating: WriteSets.none, count: count)
    for (variable, list) in writes.enumerated() {
      for (position, write) in list.enumerated() {
        own[write] = sets.union([own[write], sets.single(variable, version: position + 1)])
      }
    }
    // What is seen by whoever comes after an instruction.
    var after = seen
    for (index, instruction) in program.instructions.enumerated() where !instruction.isDead {
      var parts: [Int] = []
      for input in instruction.inputs {
        if let maker = maker(input) { parts.append(after[maker]) }
      }
      for control in instruction.controls { parts.append(after[control]) }
      seen[index] = sets.union(parts)
      after[index] = sets.union([seen[index], own[index]])
      if instruction.isView, let variable = program.variable(of: instruction.inputs[0]),
        let version = sets[seen[index]][variable]
      {
        pinned[instruction.outputs[0]] = version
      }
    }
  }

  func maker(_ value: Int) -> Int? {
    if case .instruction(let index) = program.values[value].source { return index }
    return nil
  }

  /// The version of a variable that a reader sees through an operand.
  func version(of value: Int, readBy set: Int, _ variable: Int) -> Int {
    var value = value
    while true {
      if let version = pinned[value] { return version }
      guard let index = maker(value) else { break }
      let instruction = program.instructions[index]
      guard instruction.isView else {
        // The result of an update is the version that it makes.
        return (writes[variable].firstIndex(of: index) ?? -1) + 1
      }
      value = instruction.inputs[0]
    }
    return sets[set][variable] ?? 0
  }

  private mutating func orderWrites() {
    for list in writes {
      for (earlier, later) in zip(list, list.dropFirst()) { edges[later].insert(earlier) }
    }
  }

  private mutating func addReaderEdges(_ index: Int) {
    let instruction = program.instructions[index]
    guard !instruction.isView else { return }
    for (position, input) in instruction.inputs.enumerated() {
      guard let variable = program.variable(of: input), !writes[variable].isEmpty else { continue }
      let isTarget = instruction.updatedInputs.contains(position)
      if isTarget { continue }
      let version = version(of: input, readBy: seen[index], variable)
      guard version < writes[variable].count else { continue }
      let next = writes[variable][version]
      if next == index {
        // An update that reads its own variable by another operand works on a copy.
        replaceByCopy(input, of: index, variable: variable, version: version)
      } else {
        edges[next].insert(index)
      }
    }
  }

  /// Sorts the instructions; returns those in circles, nil if there are none.
  private mutating func sort() -> [Int]? {
    let count = program.instructions.count
    var waiting = [Int](repeating: 0, count: count)
    var users: [[Int]] = Array(repeating: [], count: count)
    for (index, instruction) in program.instructions.enumerated() where !instruction.isDead {
      let before = Set(instruction.inputs.compactMap(maker)).union(instruction.controls)
        .union(edges[index]).filter { !program.instructions[$0].isDead }
      waiting[index] = before.count
      for other in before { users[other].append(index) }
    }
    var ready = Heap()
    for index in 0..<count where waiting[index] == 0 && !program.instructions[index].isDead {
      ready.insert(index)
    }
    var order: [Int] = []
    while let index = ready.popMinimum() {
      order.append(index)
      for user in users[index] {
        waiting[user] -= 1
        if waiting[user] == 0 { ready.insert(user) }
      }
    }
    let stuck = program.instructions.indices.filter {
      waiting[$0] > 0 && !program.instructions[$0].isDead
    }
    if !stuck.isEmpty { return stuck }
    program.reorder(order)
    return nil
  }
}
