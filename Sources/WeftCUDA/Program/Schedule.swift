import WeftDevice

/// The order of a segment's commands: products and copies as soon as they can be, and when none can,
/// all launches that wait for nothing as one. What touches the same bytes keeps its order, unless both
/// only read.
struct Schedule {
  private let plan: ExecutionPlan
  private let steps: [PlannedStep]
  private let layout: WorkspaceLayout

  init(_ plan: ExecutionPlan, _ steps: [PlannedStep], _ layout: WorkspaceLayout) {
    self.plan = plan
    self.steps = steps
    self.layout = layout
  }

  /// The commands of steps, in a new order and joined; one by one in the old order if not.
  func issues(_ range: Range<Int>, joins: Bool) -> [Issue] {
    var items: [(step: Int, command: CUDAKernel.Command)] = []
    for step in range {
      guard case .kernel(let kernel) = steps[step] else { continue }
      items += kernel.commands.map { (step, $0) }
    }
    guard joins, items.count > 1 else {
      return items.map { Issue(steps: [$0.step], work: .command($0.command)) }
    }
    let mayJoin = items.map { item in
      if case .launch(let launch) = item.command { launch.mayJoin } else { false }
    }
    var order = Order(items.map { accesses($0.step, $0.command) }, counting: mayJoin)
    var result: [Issue] = []
    var waiting: [Int] = []
    while true {
      while let index = order.next() {
        if mayJoin[index] {
          waiting.append(index)
        } else {
          result.append(Issue(steps: [items[index].step], work: .command(items[index].command)))
          order.finish(index)
        }
      }
      // Those with the longest way to the end; the rest goes later, with more of its kind.
      guard let longest = waiting.map({ order.distance[$0] }).max() else { return result }
      let chosen = waiting.filter { order.distance[$0] == longest }.sorted()
      result += joined(chosen.map { items[$0] })
      waiting.removeAll { order.distance[$0] == longest }
      for index in chosen { order.finish(index) }
    }
  }

  private func joined(_ items: [(step: Int, command: CUDAKernel.Command)]) -> [Issue] {
    var launches = items.compactMap { item -> (step: Int, launch: CUDAKernel.Launch)? in
      if case .launch(let launch) = item.command { (item.step, launch) } else { nil }
    }[...]
    var result: [Issue] = []
    while let first = launches.first {
      let group = JoinedLaunch(taking: &launches)
      if group.parts.count == 1 {
        result.append(Issue(steps: [first.step], work: .command(.launch(first.launch))))
      } else {
        let steps = group.parts.map(\.step)
        result.append(
          Issue(
            steps: steps.enumerated().filter { !steps[..<$0.offset].contains($0.element) }
              .map(\.element), work: .joined(group)))
      }
    }
    return result
  }

  /// The bytes that a command touches.
  private func accesses(_ step: Int, _ command: CUDAKernel.Command) -> [Access] {
    switch command {
    case .launch(let launch):
      return launch.arguments.compactMap { argument in
        switch argument {
        case .input(let index): access(step, .input(index))
        case .output(let index): access(step, .output(index))
        case .scratch: access(step, .scratch(0))
        // What a step says of its own failure its later launches may look at.
        case .status: Access(space: .status, range: step..<step + 1, writes: true)
        case .tickets: Access(space: .tickets, range: step..<step + 1, writes: true)
        case .value(let value): access(value, writes: true)
        default: nil
        }
      }
    case .copy(let source, let target, _):
      return [access(step, source), access(step, target, writes: true)].compactMap { $0 }
    case .fill(let place, _, _):
      return [access(step, place, writes: true)].compactMap { $0 }
    case .product(let product):
      var result = [product.a, product.b, product.bias].map { place in
        place.flatMap { access(step, $0) }
      }
      result.append(access(step, product.d, writes: true))
      if let value = product.biasGradient { result.append(access(value, writes: true)) }
      if let mask = product.mask {
        result.append(
          Access(space: .masks, range: mask.step..<mask.step + 1, writes: mask.isWritten))
      }
      if case .scratch(let offset) = product.scale {
        result.append(access(step, .scratch(offset), writes: false))
      }
      return result.compactMap { $0 }
    }
  }

  private func access(_ step: Int, _ place: CUDAKernel.Place, writes: Bool? = nil) -> Access? {
    let value: Int
    var isWritten = writes ?? false
    switch place {
    case .scratch:
      guard case .kernel(let kernel) = steps[step] else { return nil }
      let start = layout.scratchOffsets[step]
      return Access(
        space: .workspace, range: start..<start + kernel.scratchByteCount, writes: writes ?? true)
    case .input(let index):
      value = plan.steps[step].inputs[index]
      if plan.steps[step].updatedInputs.contains(index) { isWritten = true }
    case .output(let index):
      value = plan.steps[step].outputs[index]
      if writes == nil { isWritten = true }
    }
    return access(value, writes: isWritten)
  }

  private func access(_ value: Int, writes: Bool) -> Access? {
    let byteCount = plan.values[value].byteCount
    if byteCount == 0 { return nil }
    if case .variable(let variable) = plan.values[value].storage {
      return Access(space: .variable(variable), range: 0..<byteCount, writes: writes)
    }
    guard let start = layout.valueOffsets[value] else { return nil }
    return Access(space: .workspace, range: start..<start + byteCount, writes: writes)
  }
}

extension ExecutionPlan.Step {
  /// The operands that the step writes.
  fileprivate var updatedInputs: [Int] {
    if case .updates(let inputs) = definition.effect { inputs } else { [] }
  }
}

/// Bytes that a command reads or writes.
struct Access {
  enum Space: Hashable { case workspace, variable(Int), status, tickets, masks }
  let space: Space
  let range: Range<Int>
  let writes: Bool

  func conflicts(with other: Access) -> Bool {
    (writes || other.writes) && range.overlaps(other.range)
  }
}

/// What comes before what, and what is free to go.
private struct Order {
  private var users: [[Int]]
  private var waiting: [Int]
  private var free: [Int] = []

  /// How many of the items that count there are on the longest way from an item to the end.
  private(set) var distance: [Int]

  init(_ accesses: [[Access]], counting: [Bool]) {
    let count = accesses.count
    users = Array(repeating: [], count: count)
    waiting = Array(repeating: 0, count: count)
    distance = waiting
    var live: [Access.Space: [(index: Int, access: Access)]] = [:]
    for (index, list) in accesses.enumerated() {
      var before: Set<Int> = []
      for access in list {
        for (other, earlier) in live[access.space] ?? []
        where other != index && access.conflicts(with: earlier) {
          before.insert(other)
        }
      }
      for other in before { users[other].append(index) }
      waiting[index] = before.count
      for access in list {
        // Who comes after a write of the same bytes comes after all before it.
        if access.writes {
          live[access.space]?.removeAll { entry in
            entry.index != index && access.range.lowerBound <= entry.access.range.lowerBound
              && access.range.upperBound >= entry.access.range.upperBound
          }
        }
        live[access.space, default: []].append((index, access))
      }
    }
    free = waiting.indices.filter { waiting[$0] == 0 }.reversed()
    for index in (0..<count).reversed() {
      let rest = users[index].map { distance[$0] }.max() ?? 0
      distance[index] = rest + (counting[index] ? 1 : 0)
    }
  }

  /// One that is free to go, the earliest of those known; each is given once.
  mutating func next() -> Int? { free.popLast() }

  /// Says that it has gone.
  mutating func finish(_ index: Int) {
    var freed: [Int] = []
    for user in users[index] {
      waiting[user] -= 1
      if waiting[user] == 0 { freed.append(user) }
    }
    guard !freed.isEmpty else { return }
    free = (free + freed).sorted(by: >)
  }
}
