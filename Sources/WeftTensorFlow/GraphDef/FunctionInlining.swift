import WeftOps

/// Puts the bodies of functions in the place of their calls.
///
/// A function of a graph's library is called by an operation of its name, or by `PartitionedCall` and
/// `StatefulPartitionedCall`. A call's body is added under the name of the call; what used the call's
/// outputs uses those of the body, and the call itself stays as an identity of them, so that it can be
/// asked for by name.
struct FunctionInlining {
  /// More nodes than this are refused: few functions that call each other make many.
  static let nodeLimit = 1_000_000

  private let functions: [String: WireFunctionDef]
  private var nodes: [WireNodeDef] = []
  /// By the call's output, such as `call:1`: what gives it.
  private var replaced: [String: String] = [:]

  /// The graph without calls.
  ///
  /// Throws ``WeftGraph/GraphError`` for a function that is not there, calls itself, or does not have
  /// the operands that it is given.
  static func inlined(_ definition: WireGraphDef) throws(GraphError) -> WireGraphDef {
    if definition.library.function.isEmpty { return definition }
    var functions: [String: WireFunctionDef] = [:]
    for function in definition.library.function { functions[function.signature.name] = function }
    var inlining = FunctionInlining(functions: functions)
    for node in definition.node { try inlining.add(node, []) }
    var result = definition
    result.node = inlining.nodes.map(inlining.redirected)
    return result
  }

  private init(functions: [String: WireFunctionDef]) { self.functions = functions }

  /// The function that a node calls.
  private func callee(_ node: WireNodeDef) throws(GraphError) -> WireFunctionDef? {
    switch node.op {
    case "PartitionedCall", "StatefulPartitionedCall":
      guard case .func(let called)? = node.attr["f"]?.value else { return nil }
      guard let function = functions[called.name] else {
        throw GraphError(
          .invalidArgument, "calls '\(called.name)', and the graph has no such function",
          subject: "node '\(node.name)'")
      }
      return function
    default: return functions[node.op]
    }
  }

  private mutating func add(_ node: WireNodeDef, _ callers: [String]) throws(GraphError) {
    guard let function = try callee(node) else {
      guard nodes.count < Self.nodeLimit else {
        throw GraphError(
          .outOfMemory, "the functions of the graph make more than \(Self.nodeLimit) nodes")
      }
      nodes.append(node)
      return
    }
    let name = function.signature.name
    guard !callers.contains(name) else {
      throw GraphError(
        .unsupported,
        "the function '\(name)' calls itself: " + (callers + [name]).joined(separator: " > "),
        subject: "node '\(node.name)'")
    }
    guard callers.count < 100 else {
      throw GraphError(
        .unsupported, "functions call each other more than 100 deep", subject: "node '\(node.name)'"
      )
    }
    try inline(function, node, callers + [name])
  }

  private mutating func inline(
    _ function: WireFunctionDef, _ call: WireNodeDef, _ callers: [String]
  ) throws(GraphError) {
    let subject = "node '\(call.name)'"
    let operands = call.input.filter { !$0.hasPrefix("^") }
    let controls = call.input.filter { $0.hasPrefix("^") }
    let arguments = function.signature.inputArg
    guard operands.count == arguments.count else {
      throw GraphError(
        .invalidArgument,
        "gives '\(function.signature.name)' \(operands.count) operands, and it takes "
          + "\(arguments.count)", subject: subject)
    }
    let names = BodyNames(call: call.name, function: function)
    var given: [String: String] = [:]
    for (argument, operand) in zip(arguments, operands) { given[argument.name] = operand }
    for body in function.nodeDef {
      var node = body
      node.name = names.outer(body.name)
      var inputs: [String] = []
      for input in body.input {
        inputs.append(try names.translated(input, given: given, subject: subject))
      }
      // What waits for nothing else waits for what the call waits for.
      let isSource = !inputs.contains { !$0.hasPrefix("^") }
      node.input = inputs + (isSource ? controls.filter { !inputs.contains($0) } : [])
      node.attr = body.attr.mapValues { bound($0, call.attr) }
      if node.device.isEmpty { node.device = call.device }
      try add(node, callers)
    }
    var outputs: [String] = []
    for (index, output) in function.signature.outputArg.enumerated() {
      guard let source = function.ret[output.name] else {
        throw GraphError(
          .invalidArgument,
          "the function '\(function.signature.name)' does not say what its output "
            + "'\(output.name)' is", subject: subject)
      }
      let target = try names.translated(source, given: given, subject: subject)
      outputs.append(target)
      replaced[index == 0 ? call.name : "\(call.name):\(index)"] = target
      if index == 0 { replaced["\(call.name):0"] = target }
    }
    let effects = function.controlRet.values.map { "^" + names.outer($0) }.sorted()
    nodes.append(
      standIn(
        for: call, outputs, types: function.signature.outputArg.map { type(of: $0, call) },
        controls: effects.isEmpty ? controls : effects))
  }

  /// The node that bears the name of a call.
  private func standIn(
    for call: WireNodeDef, _ outputs: [String], types: [WireDataType], controls: [String]
  ) -> WireNodeDef {
    var node = WireNodeDef()
    node.name = call.name
    node.input = outputs + controls
    switch outputs.count {
    case 0: node.op = "NoOp"
    case 1:
      node.op = "Identity"
      node.attr["T"] = WireAttrValue(types[0])
    default:
      node.op = "IdentityN"
      var list = WireAttrValue.ListValue()
      list.type = types
      node.attr["T"] = .with { $0.list = list }
    }
    return node
  }

  private func type(of argument: WireArgument, _ call: WireNodeDef) -> WireDataType {
    if argument.typeAttr.isEmpty { return argument.type }
    if case .type(let type)? = call.attr[argument.typeAttr]?.value { return type }
    return .dtInvalid
  }

  /// An attribute of the body, which may stand for one of the call.
  private func bound(_ attribute: WireAttrValue, _ given: [String: WireAttrValue]) -> WireAttrValue
  {
    guard case .placeholder(let name)? = attribute.value else { return attribute }
    return given[name] ?? attribute
  }

  /// A node whose inputs are what the calls that it names give.
  private func redirected(_ node: WireNodeDef) -> WireNodeDef {
    guard node.input.contains(where: { replaced[$0] != nil }) else { return node }
    var node = node
    node.input = node.input.map { input in
      var input = input
      // A call may give what another gives; there are no circles, as each step leads into a body.
      for _ in 0..<10_000 {
        guard let next = replaced[input] else { break }
        input = next
      }
      return input
    }
    return node
  }
}

/// The names inside a function, and how the nodes of its body call each other's outputs.
private struct BodyNames {
  let call: String
  let function: WireFunctionDef
  /// By the name of a node in the body: its op type.
  private let types: [String: String]

  init(call: String, function: WireFunctionDef) {
    self.call = call
    self.function = function
    types = Dictionary(
      function.nodeDef.map { ($0.name, $0.op) }, uniquingKeysWith: { first, _ in first })
  }

  func outer(_ name: String) -> String { "\(call)/\(name)" }

  /// An input of a node in the body, `^node`, `argument` or `node:output:1`, as the graph has it.
  func translated(_ input: String, given: [String: String], subject: String)
    throws(GraphError) -> String
  {
    if input.hasPrefix("^") {
      let name = String(input.dropFirst())
      // To wait for an argument is to wait for what gives it.
      if let operand = given[name] {
        return "^" + (operand.split(separator: ":").first.map(String.init) ?? operand)
      }
      return "^" + outer(name)
    }
    if let operand = given[input] { return operand }
    let parts = input.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if let operand = given[parts[0]] { return operand }
    guard let type = types[parts[0]] else {
      throw GraphError(
        .invalidArgument,
        "the function '\(function.signature.name)' uses '\(input)', and has no such node",
        subject: subject)
    }
    let position = parts.count > 2 ? Int(parts[2]) ?? 0 : 0
    let output = parts.count > 1 ? parts[1] : ""
    let index = (outputNames[type]?.firstIndex(of: output) ?? 0) + position
    return index == 0 ? outer(parts[0]) : "\(outer(parts[0])):\(index)"
  }
}

/// The names of the outputs of op types that have several: functions call outputs by name.
private let outputNames: [String: [String]] = [
  "BroadcastGradientArgs": ["r0", "r1"],
  "FusedBatchNorm": [
    "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2",
  ],
  "FusedBatchNormV2": [
    "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2",
  ],
  "FusedBatchNormV3": [
    "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3",
  ],
  "FusedBatchNormGrad": [
    "x_backprop", "scale_backprop", "offset_backprop", "reserve_space_3", "reserve_space_4",
  ],
  "FusedBatchNormGradV2": [
    "x_backprop", "scale_backprop", "offset_backprop", "reserve_space_3", "reserve_space_4",
  ],
  "FusedBatchNormGradV3": [
    "x_backprop", "scale_backprop", "offset_backprop", "reserve_space_4", "reserve_space_5",
  ],
  "ListDiff": ["out", "idx"],
  "LogUniformCandidateSampler": [
    "sampled_candidates", "true_expected_count", "sampled_expected_count",
  ],
  "MaxPoolWithArgmax": ["output", "argmax"],
  "Merge": ["output", "value_index"],
  "Qr": ["q", "r"],
  "SelfAdjointEigV2": ["e", "v"],
  "SoftmaxCrossEntropyWithLogits": ["loss", "backprop"],
  "SparseSoftmaxCrossEntropyWithLogits": ["loss", "backprop"],
  "Svd": ["s", "u", "v"],
  "Switch": ["output_false", "output_true"],
  "TensorArrayConcatV3": ["value", "lengths"],
  "TensorArrayGradV3": ["grad_handle", "flow_out"],
  "TensorArrayV3": ["handle", "flow"],
  "TopKV2": ["values", "indices"],
  "UniformCandidateSampler": [
    "sampled_candidates", "true_expected_count", "sampled_expected_count",
  ],
  "Unique": ["y", "idx"],
  "UniqueWithCounts": ["y", "idx", "count"],
]
