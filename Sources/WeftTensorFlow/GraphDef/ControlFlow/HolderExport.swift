import WeftOps

/// Operations that hold parts of a computation, as TensorFlow 1's nodes of control flow.
extension NodeWriter {
  /// Adds a choice or a loop; false for any other operation.
  mutating func addHolder(_ operation: GraphOperation, _ inputs: [String], _ controls: [String])
    -> Bool
  {
    switch operation.definition {
    case let choice as If: add(choice, operation, inputs, controls)
    case let loop as While: add(loop, operation, inputs, controls)
    case let recorded as Recorded:
      for (index, input) in inputs.dropFirst(recorded.inputCount).enumerated() {
        names[operation.output(index)] = input
        if handles.contains(operation.inputs[recorded.inputCount + index]) {
          handles.insert(operation.output(index))
        }
      }
    default: return false
    }
    return true
  }

  /// Takes note of what operations use, those in parts of others included.
  mutating func note(uses operations: [GraphOperation]) {
    for operation in operations {
      used.formUnion(operation.inputs)
      for part in (operation.definition as? any RegionDefinition)?.parts ?? [] {
        note(uses: part.subgraph.operations)
        used.formUnion(part.subgraph.results.compactMap { $0 })
      }
    }
  }

  func isHandleSource(_ operation: GraphOperation) -> Bool {
    switch operation.definition {
    case is StackV2, is TensorArrayV3, is TensorArrayGradV3: true
    case let pop as StackPopV2: pop.elementType == nil
    case is Identity: handles.contains(operation.inputs[0])
    default: false
    }
  }

  /// A name that no node has yet.
  mutating func unique(_ wish: String) -> String {
    var name = wish
    var number = 0
    while !taken.insert(name).inserted {
      number += 1
      name = "\(wish)_\(number)"
    }
    return name
  }

  /// Adds a node, and gives its name.
  @discardableResult
  mutating func node(
    _ type: String, _ wish: String, _ inputs: [String], _ attributes: [String: WireAttrValue] = [:],
    isNamed: Bool = false
  ) -> String {
    var node = WireNodeDef()
    node.name = isNamed ? wish : unique(wish)
    node.op = type
    // What takes nothing must be told which turn of which loop it belongs to.
    node.input = inputs.isEmpty ? pivot.map { ["^\($0)"] } ?? [] : inputs
    node.attr = attributes
    nodes.append(node)
    return node.name
  }

  mutating func constant(_ value: AnyTensor, _ wish: String, _ controls: [String] = []) -> String {
    node(
      "Const", wish, controls,
      [
        "dtype": WireAttrValue(.type(value.dtype)), "value": WireAttrValue(.tensor(value)),
      ])
  }

  /// Adds the operations of a part, whose inputs are called so.
  mutating func add(
    _ part: Subgraph, inputs: [Int: String], of operation: GraphOperation, pivot: String
  ) {
    for (position, input) in part.inputs.enumerated() {
      guard let input else { continue }
      names[input] = inputs[position]
      if handles.contains(operation.inputs[position]) { handles.insert(input) }
    }
    let outer = self.pivot
    self.pivot = pivot
    for member in part.operations {
      if part.inputs.contains(where: { $0?.operation == member }) { continue }
      let own = operation.name
      operationNames[member] =
        taken.contains(member.name)
        ? unique("\(own)/\(member.name)") : unique(member.name)
      add(member)
    }
    self.pivot = outer
  }

  /// What a part gives, as names of nodes to wait for.
  func targets(_ part: Subgraph) -> [String] {
    part.targets.map { "^\(operationNames[$0] ?? $0.name)" }
  }

  private mutating func add(
    _ choice: If, _ operation: GraphOperation, _ inputs: [String], _ controls: [String]
  ) {
    let own = operationNames[operation] ?? operation.name
    let truth = ["T": WireAttrValue(.type(.bool))]
    let predicate = node("Identity", "\(own)/pred_id", [inputs[0]] + controls, truth)
    let pivot = node("Switch", "\(own)/Switch", [predicate, predicate], truth)
    let yes = node("Identity", "\(own)/switch_t", ["\(pivot):1"], truth)
    let no = node("Identity", "\(own)/switch_f", [pivot], truth)
    var branches: (yes: [Int: String], no: [Int: String]) = ([:], [:])
    for position in 1..<max(inputs.count, 1) {
      let operand = operation.inputs[position]
      let isVariable = operand.operation.definition.effect == .variable
      let name = node(
        isVariable ? "RefSwitch" : "Switch", "\(own)/Switch", [inputs[position], predicate],
        ["T": wireType(operand)])
      branches.yes[position] = "\(name):1"
      branches.no[position] = name
    }
    add(choice.then, inputs: branches.yes, of: operation, pivot: yes)
    add(choice.otherwise, inputs: branches.no, of: operation, pivot: no)
    for index in operation.outputTypes.indices {
      let output = operation.output(index)
      switch (choice.then.results[index], choice.otherwise.results[index]) {
      case (let a?, let b?):
        if handles.contains(a) { handles.insert(output) }
        let attributes = ["T": wireType(output), "N": WireAttrValue(.int(2))]
        names[output] = node("Merge", "\(own)/Merge", [name(b), name(a)], attributes)
      // Nobody but the same branch of another choice on the same value uses it.
      case (let only?, nil), (nil, let only?):
        if handles.contains(only) { handles.insert(output) }
        names[output] = name(only)
      case (nil, nil): continue
      }
    }
    let ends = [
      node("Identity", "\(own)/done_f", [no] + targets(choice.otherwise), truth),
      node("Identity", "\(own)/done_t", [yes] + targets(choice.then), truth),
    ]
    node(
      "Merge", own, ends, ["T": WireAttrValue(.type(.bool)), "N": WireAttrValue(.int(2))],
      isNamed: true)
  }
}
