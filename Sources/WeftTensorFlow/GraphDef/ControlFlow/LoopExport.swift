import WeftOps

extension NodeWriter {
  /// A variable of a loop as its nodes.
  private struct LoopVariable {
    let merge: String
    let value: String
    let exit: String
    let next: Int
  }

  /// Adds a loop: each variable enters, is merged with its value after the turn before, and goes on or
  /// leaves by the condition. A number of turns, and lists of the variables' values, are added where
  /// somebody uses them.
  mutating func add(
    _ loop: While, _ operation: GraphOperation, _ inputs: [String], _ controls: [String]
  ) {
    let own = operationNames[operation] ?? operation.name
    let frame = WireAttrValue(.string("\(own)/context"))
    func enter(_ isConstant: Bool, _ type: WireAttrValue) -> [String: WireAttrValue] {
      [
        "T": type, "frame_name": frame, "is_constant": WireAttrValue(.bool(isConstant)),
        "parallel_iterations": WireAttrValue(.int(10)),
      ]
    }
    let count = loop.variableCount
    let lists = loop.body.results.indices.filter {
      used.contains(operation.output(loop.firstList + $0))
    }
    let isCounted =
      !lists.isEmpty || used.contains(operation.output(loop.countIndex)) || count == 0
    var entries = (0..<count).map { (inputs[$0], wireType(operation.inputs[$0])) }
    if isCounted {
      let zero = constant(AnyTensor(Tensor(Int32(0))), "\(own)/turn", controls)
      entries.append((zero, WireAttrValue(.type(.int32))))
    }
    let test = unique("\(own)/LoopCond")
    var variables: [LoopVariable] = []
    for (initial, type) in entries {
      let entry = node("Enter", "\(own)/Enter", [initial] + controls, enter(false, type))
      let next = unique("\(own)/NextIteration")
      let merge = node(
        "Merge", "\(own)/Merge", [entry, next], ["T": type, "N": WireAttrValue(.int(2))])
      let choice = node("Switch", "\(own)/Switch", [merge, test], ["T": type])
      let value = node("Identity", "\(own)/Identity", ["\(choice):1"], ["T": type])
      let exit = node("Exit", "\(own)/Exit", [choice], ["T": type])
      node("NextIteration", next, [], ["T": type], isNamed: true)
      variables.append(
        LoopVariable(merge: merge, value: value, exit: exit, next: nodes.count - 1))
    }
    var before: [Int: String] = [:]
    var during: [Int: String] = [:]
    for index in 0..<count {
      before[index] = variables[index].merge
      during[index] = variables[index].value
      if handles.contains(operation.inputs[index]) { handles.insert(operation.output(index)) }
    }
    for position in count..<max(inputs.count, count) {
      let operand = operation.inputs[position]
      let isVariable = operand.operation.definition.effect == .variable
      let name = node(
        isVariable ? "RefEnter" : "Enter", "\(own)/Enter", [inputs[position]],
        enter(true, wireType(operand)))
      before[position] = name
      during[position] = name
    }
    guard let first = variables.first else { return }
    add(loop.condition, inputs: before, of: operation, pivot: first.merge)
    let condition = loop.condition.results[0].map(name) ?? first.merge
    node("LoopCond", test, [condition] + targets(loop.condition), isNamed: true)
    add(loop.body, inputs: during, of: operation, pivot: first.value)
    var after = targets(loop.body)
    for place in lists {
      after.append(addList(place, of: loop, operation, variables, enter))
    }
    for index in 0..<count {
      if let result = loop.body.results[index] {
        nodes[variables[index].next].input = [name(result)]
      }
      names[operation.output(index)] = variables[index].exit
    }
    if isCounted {
      let one = constant(AnyTensor(Tensor(Int32(1))), "\(own)/one", ["^\(first.value)"])
      let turn = variables[count]
      let sum = node(
        "Add", "\(own)/turn/Add", [turn.value, one], ["T": WireAttrValue(.type(.int32))])
      nodes[turn.next].input = [sum] + after
      names[operation.output(loop.countIndex)] = turn.exit
      names[operation.output(loop.flowIndex)] = constant(
        AnyTensor(Tensor(Float(0))), "\(own)/flow", ["^\(turn.exit)"])
    } else {
      nodes[first.next].input += after
    }
    node("NoOp", own, variables.map { "^\($0.exit)" }, isNamed: true)
  }

  /// A list of the values of every turn: an array that grows, written at the number of the turn.
  private mutating func addList(
    _ place: Int, of loop: While, _ operation: GraphOperation, _ variables: [LoopVariable],
    _ enter: (Bool, WireAttrValue) -> [String: WireAttrValue]
  ) -> String {
    let own = operationNames[operation] ?? operation.name
    let isVariable = place < loop.variableCount
    let value = isVariable ? loop.body.inputs[place] : loop.body.results[place]
    let dtype = loop.body.results[place]?.type?.dtype ?? .float32
    let size = constant(AnyTensor(Tensor(Int32(0))), "\(own)/list/size")
    let array = node(
      "TensorArrayV3", "\(own)/list", [size],
      [
        "dtype": WireAttrValue(.type(dtype)), "dynamic_size": WireAttrValue(.bool(true)),
        "clear_after_read": WireAttrValue(.bool(false)),
        "element_shape": WireAttrValue(.shape(.unknown)),
        "tensor_array_name": WireAttrValue(.string("")),
      ])
    let output = operation.output(loop.firstList + place)
    names[output] = array
    handles.insert(output)
    let handle = node(
      "Enter", "\(own)/list/Enter", [array], enter(true, WireAttrValue(.dtResource)))
    let flow = node(
      "Enter", "\(own)/list/Enter", ["\(array):1"], enter(true, WireAttrValue(.type(.float32))))
    let turn = variables[loop.variableCount].value
    let write = node(
      "TensorArrayWriteV3", "\(own)/list/Write",
      [handle, turn, value.map(name) ?? turn, flow], ["T": WireAttrValue(.type(dtype))])
    return "^\(write)"
  }
}
