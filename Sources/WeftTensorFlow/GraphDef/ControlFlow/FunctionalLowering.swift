import WeftOps

/// Writes TensorFlow 2's loops and branches, whose parts are functions, in TensorFlow 1's nodes and
/// calls of those functions.
///
/// `If`, `StatelessIf`, `Case`, `StatelessCase`, `While` and `StatelessWhile` become `Switch`, `Merge`,
/// `Enter`, `Exit` and `NextIteration` around calls, in the graph and in the bodies of its functions.
/// Once the calls are replaced by the functions' bodies, loops and branches of both kinds are one.
struct FunctionalLowering {
  private(set) var nodes: [WireNodeDef] = []
  /// In the body of a function the outputs of nodes are called by name.
  private let isFunction: Bool

  /// The graph with its loops and branches in TensorFlow 1's nodes.
  ///
  /// Throws ``WeftGraph/GraphError`` for one that lacks a function, or whose operands do not fit.
  static func lowered(_ definition: WireGraphDef) throws(GraphError) -> WireGraphDef {
    var result = definition
    result.node = try lowered(definition.node, isFunction: false)
    for index in definition.library.function.indices {
      result.library.function[index].nodeDef = try lowered(
        definition.library.function[index].nodeDef, isFunction: true)
    }
    return result
  }

  private static func lowered(_ nodes: [WireNodeDef], isFunction: Bool) throws(GraphError)
    -> [WireNodeDef]
  {
    guard nodes.contains(where: { kinds.contains($0.op) }) else { return nodes }
    var lowering = FunctionalLowering(isFunction: isFunction)
    for node in nodes { try lowering.add(node) }
    return lowering.nodes
  }

  private static let kinds: Set<String> = [
    "If", "StatelessIf", "Case", "StatelessCase", "While", "StatelessWhile",
  ]

  private init(isFunction: Bool) { self.isFunction = isFunction }

  private mutating func add(_ node: WireNodeDef) throws(GraphError) {
    switch node.op {
    case "If", "StatelessIf":
      try addChoice(node, [try function(node, "then_branch"), try function(node, "else_branch")])
    case "Case", "StatelessCase":
      guard case .list(let list)? = node.attr["branches"]?.value, !list.func.isEmpty else {
        throw fail(node, "has no branches")
      }
      let branches = list.func.map { function in WireAttrValue.with { $0.func = function } }
      try addChoice(node, branches, isNumbered: true)
    case "While", "StatelessWhile": try addLoop(node)
    default: nodes.append(node)
    }
  }

  private func fail(_ node: WireNodeDef, _ message: String) -> GraphError {
    GraphError(.invalidArgument, message, subject: "node '\(node.name)'")
  }

  private func function(_ node: WireNodeDef, _ name: String) throws(GraphError) -> WireAttrValue {
    guard let value = node.attr[name], case .func? = value.value else {
      throw fail(node, "lacks the function '\(name)'")
    }
    return value
  }

  private func types(_ node: WireNodeDef, _ name: String) -> [WireDataType] {
    if case .list(let list)? = node.attr[name]?.value { return list.type }
    return []
  }

  /// An output of a node as an input of another.
  private func output(
    _ node: String, _ index: Int = 0, name: String = "output", at place: Int? = nil
  )
    -> String
  {
    if isFunction { return "\(node):\(name):\(place ?? index)" }
    return index == 0 ? node : "\(node):\(index)"
  }

  private mutating func node(
    _ op: String, _ name: String, _ inputs: [String], _ attributes: [String: WireAttrValue],
    device: String
  ) -> String {
    nodes.append(
      .with {
        ($0.op, $0.name, $0.input, $0.attr, $0.device) = (op, name, inputs, attributes, device)
      })
    return name
  }

  private static func list(_ types: [WireDataType]) -> WireAttrValue {
    .with { $0.list = .with { $0.type = types } }
  }

  /// Bears the name of a loop or a choice, and gives its results.
  private mutating func addResults(
    _ results: [String], _ types: [WireDataType], of original: WireNodeDef, after control: String
  ) {
    let (name, device) = (original.name, original.device)
    if results.isEmpty {
      _ = node("NoOp", name, ["^\(control)"], [:], device: device)
    } else {
      _ = node("IdentityN", name, results, ["T": Self.list(types)], device: device)
    }
  }

  // MARK: Branches

  private mutating func addChoice(
    _ original: WireNodeDef, _ branches: [WireAttrValue], isNumbered: Bool = false
  ) throws(GraphError) {
    let operands = original.input.filter { !$0.hasPrefix("^") }
    let inputTypes = types(original, "Tin")
    guard let selector = operands.first, operands.count == inputTypes.count + 1 else {
      throw fail(original, "has \(operands.count) operands for \(inputTypes.count) types")
    }
    var choice = Choice(
      original: original, branches: branches, inputTypes: inputTypes,
      outputTypes: types(original, "Tout"))
    choice.controls = original.input.filter { $0.hasPrefix("^") }
    if case .type(let type)? = original.attr["Tcond"]?.value { choice.selectorType = type }
    if isNumbered { choice.selectorType = .dtInt32 }
    choice.isNumbered = isNumbered
    let made = addBranches(choice, 0, selector, Array(operands.dropFirst()), choice.controls)
    addResults(made.results, choice.outputTypes, of: original, after: made.end)
  }

  private struct Choice {
    let original: WireNodeDef
    let branches: [WireAttrValue]
    let inputTypes: [WireDataType]
    let outputTypes: [WireDataType]
    var controls: [String] = []
    var selectorType = WireDataType.dtBool
    var isNumbered = false
  }

  /// The branches from one on: what they give, and a node that comes after whichever runs.
  private mutating func addBranches(
    _ choice: Choice, _ first: Int, _ selector: String, _ operands: [String], _ controls: [String]
  ) -> (results: [String], end: String) {
    let device = choice.original.device
    let own = "\(choice.original.name)/lowered" + (first == 0 ? "" : "/branch_\(first)")
    if first == choice.branches.count - 1 {
      return addCall(
        "\(own)/call", choice.branches[first], operands, controls,
        choice, device)
    }
    let truth = ["T": WireAttrValue(WireDataType.dtBool)]
    let predicate = addPredicate(choice, first, own, selector, controls)
    let pivot = node("Switch", "\(own)/Switch", [predicate, predicate], truth, device: device)
    let yes = output(pivot, 1, name: "output_true", at: 0)
    let no = output(pivot, 0, name: "output_false", at: 0)
    let thenPivot = node("Identity", "\(own)/switch_t", [yes], truth, device: device)
    let elsePivot = node("Identity", "\(own)/switch_f", [no], truth, device: device)
    var sides: (yes: [String], no: [String]) = ([], [])
    for (index, type) in ([choice.selectorType] + choice.inputTypes).enumerated() {
      let value = index == 0 ? selector : operands[index - 1]
      let name = node(
        "Switch", "\(own)/Switch_\(index)", [value, predicate], ["T": WireAttrValue(type)],
        device: device)
      sides.yes.append(output(name, 1, name: "output_true", at: 0))
      sides.no.append(output(name, 0, name: "output_false", at: 0))
    }
    let then = addCall(
      "\(own)/then", choice.branches[first], Array(sides.yes.dropFirst()), ["^\(thenPivot)"],
      choice,
      device)
    let rest =
      choice.branches.count == first + 2
      ? addCall(
        "\(own)/else", choice.branches[first + 1], Array(sides.no.dropFirst()), ["^\(elsePivot)"],
        choice, device)
      : addBranches(
        choice, first + 1, sides.no[0], Array(sides.no.dropFirst()), ["^\(elsePivot)"])
    var results: [String] = []
    for (index, type) in choice.outputTypes.enumerated() {
      let merge = node(
        "Merge", "\(own)/Merge_\(index)", [rest.results[index], then.results[index]],
        ["T": WireAttrValue(type), "N": .with { $0.i = 2 }], device: device)
      results.append(output(merge))
    }
    let ends = [(no, rest.end, "f"), (yes, then.end, "t")].map { side, end, word in
      output(
        node("Identity", "\(own)/done_\(word)", [side, "^\(end)"], truth, device: device))
    }
    let end = node(
      "Merge", "\(own)/done", ends,
      ["T": WireAttrValue(WireDataType.dtBool), "N": .with { $0.i = 2 }], device: device)
    return (results, end)
  }

  private mutating func addPredicate(
    _ choice: Choice, _ branch: Int, _ own: String, _ selector: String, _ controls: [String]
  ) -> String {
    let device = choice.original.device
    if choice.isNumbered {
      let number = node(
        "Const", "\(own)/number", controls,
        [
          "dtype": WireAttrValue(WireDataType.dtInt32),
          "value": .with { $0.tensor = WireTensorValue(AnyTensor(Tensor(Int32(branch)))) },
        ], device: device)
      let equal = node(
        "Equal", "\(own)/pred_id", [selector, output(number, name: "output")],
        ["T": WireAttrValue(WireDataType.dtInt32)], device: device)
      return output(equal, name: "z")
    }
    if choice.selectorType == .dtBool {
      let name = node(
        "Identity", "\(own)/pred_id", [selector] + controls,
        ["T": WireAttrValue(WireDataType.dtBool)], device: device)
      return output(name)
    }
    let name = node(
      "Cast", "\(own)/pred_id", [selector] + controls,
      [
        "SrcT": WireAttrValue(choice.selectorType), "DstT": WireAttrValue(WireDataType.dtBool),
      ], device: device)
    return output(name, name: "y")
  }

  private mutating func addCall(
    _ name: String, _ function: WireAttrValue, _ operands: [String], _ controls: [String],
    _ choice: Choice, _ device: String
  ) -> (results: [String], end: String) {
    let call = addCall(
      name, function, operands + controls, choice.inputTypes, choice.outputTypes, device)
    return (choice.outputTypes.indices.map { output(call, $0) }, call)
  }

  private mutating func addCall(
    _ name: String, _ function: WireAttrValue, _ inputs: [String], _ inputTypes: [WireDataType],
    _ outputTypes: [WireDataType], _ device: String
  ) -> String {
    node(
      "StatefulPartitionedCall", name, inputs,
      ["f": function, "Tin": Self.list(inputTypes), "Tout": Self.list(outputTypes)], device: device)
  }

  // MARK: Loops

  private mutating func addLoop(_ original: WireNodeDef) throws(GraphError) {
    let operands = original.input.filter { !$0.hasPrefix("^") }
    let controls = original.input.filter { $0.hasPrefix("^") }
    let types = types(original, "T")
    guard operands.count == types.count, !types.isEmpty else {
      throw fail(original, "has \(operands.count) operands for \(types.count) types")
    }
    let condition = try function(original, "cond")
    let body = try function(original, "body")
    let (own, device) = (original.name + "/lowered", original.device)
    func type(_ index: Int) -> [String: WireAttrValue] { ["T": WireAttrValue(types[index])] }
    var merges: [String] = []
    for (index, operand) in operands.enumerated() {
      // Without a name of its own the loop is called after its scope, wherever a call puts it.
      var attributes = type(index)
      attributes["frame_name"] = .with { $0.s = .init() }
      let enter = node(
        "Enter", "\(own)/Enter_\(index)", [operand] + controls, attributes, device: device)
      var joined = type(index)
      joined["N"] = .with { $0.i = 2 }
      merges.append(
        node(
          "Merge", "\(own)/Merge_\(index)",
          [output(enter), output("\(own)/NextIteration_\(index)")], joined, device: device))
    }
    let test = addCall(
      "\(own)/cond", condition, merges.map { output($0) }, types, [.dtBool], device)
    let loopCondition = node("LoopCond", "\(own)/LoopCond", [output(test)], [:], device: device)
    var values: [String] = []
    var exits: [String] = []
    for index in types.indices {
      let choice = node(
        "Switch", "\(own)/Switch_\(index)", [output(merges[index]), output(loopCondition)],
        type(index), device: device)
      let goesOn = output(choice, 1, name: "output_true", at: 0)
      let leaves = output(choice, 0, name: "output_false", at: 0)
      values.append(
        output(node("Identity", "\(own)/Identity_\(index)", [goesOn], type(index), device: device)))
      exits.append(
        output(node("Exit", "\(own)/Exit_\(index)", [leaves], type(index), device: device)))
    }
    let turn = addCall("\(own)/body", body, values, types, types, device)
    for index in types.indices {
      _ = node(
        "NextIteration", "\(own)/NextIteration_\(index)", [output(turn, index)], type(index),
        device: device)
    }
    addResults(exits, types, of: original, after: loopCondition)
  }
}
