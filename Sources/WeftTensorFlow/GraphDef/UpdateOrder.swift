import WeftOps

/// Which updates must wait for which reads where the graph runs in TensorFlow.
///
/// Here a read sees a variable's value from before the updates of the run. In TensorFlow a read gives
/// the variable's own memory, so what uses it races with the update unless the update waits: that is
/// why TensorFlow's optimizers group all gradients before the first update. An exported update waits
/// for everything that uses its variable and that the same group of updates needs.
struct UpdateOrder {
  private var predecessors: [Int: Set<Int>] = [:]
  private var operations: [Int: GraphOperation] = [:]
  /// By the variable: the operations that use its value.
  private var users: [Int: [Int]] = [:]
  /// The control inputs to be added, by the update.
  private(set) var controls: [Int: [GraphOperation]] = [:]

  init(_ members: [GraphOperation]) {
    for operation in members {
      operations[operation.id] = operation
      let inputs = operation.inputs.map(\.operation) + operation.controlInputs
      predecessors[operation.id] = Set(inputs.map(\.id))
    }
    findUsers(members)
    for group in members where group.definition is NoOp && !group.controlInputs.isEmpty {
      let ancestors = ancestors(of: group.id)
      for id in ancestors.sorted() { orderUpdate(id, among: ancestors) }
    }
  }

  /// Operations that take a variable's memory, through identities and other views of it.
  private mutating func findUsers(_ members: [GraphOperation]) {
    var sources: [Output: Int] = [:]
    for operation in members {
      if operation.definition.effect == .variable {
        sources[operation.output(0)] = operation.id
        continue
      }
      for (index, input) in operation.inputs.enumerated() {
        guard let variable = sources[input] else { continue }
        if case .view(of: index) = operation.definition.aliasing {
          sources[operation.output(0)] = variable
        } else {
          users[variable, default: []].append(operation.id)
        }
      }
    }
  }

  private mutating func orderUpdate(_ id: Int, among members: Set<Int>) {
    guard let update = operations[id], case .updates(let indices) = update.definition.effect
    else { return }
    for index in indices where update.inputs.indices.contains(index) {
      for user in users[update.inputs[index].operation.id] ?? []
      where user != id && members.contains(user) {
        guard let operation = operations[user], !ancestors(of: id).contains(user),
          !ancestors(of: user).contains(id)
        else { continue }
        predecessors[id, default: []].insert(user)
        controls[id, default: []].append(operation)
      }
    }
  }

  private func ancestors(of id: Int) -> Set<Int> {
    var seen: Set<Int> = []
    var stack = Array(predecessors[id] ?? [])
    while let next = stack.popLast() {
      if seen.insert(next).inserted { stack += predecessors[next] ?? [] }
    }
    return seen
  }
}
