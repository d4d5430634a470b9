import Foundation
import WeftOps

/// Turns operations into nodes of a GraphDef.
struct NodeWriter {
  let catalogue: OperationCatalogue
  private(set) var nodes: [WireNodeDef] = []
  private var missing: [String: [String]] = [:]

  /// What stands for variables that are not to be any more.
  private let frozen: [GraphOperation: Const]

  init(catalogue: OperationCatalogue, frozen: [GraphOperation: Const] = [:]) {
    self.catalogue = catalogue
    self.frozen = frozen
  }

  /// Throws if an operation has no equivalent: all of them at once.
  func check() throws(GraphError) {
    if missing.isEmpty { return }
    let count = missing.count == 1 ? "1 operation has" : "\(missing.count) operations have"
    throw GraphError(
      .unsupported, "\(count) no equivalent in TensorFlow",
      notes: missing.sorted { $0.key < $1.key }.map { type, names in
        let shown = names.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
        return "\(type) at \(shown)" + (names.count > 4 ? " and \(names.count - 4) more" : "")
      })
  }

  /// Adds an operation that waits for some others besides those that it names itself.
  mutating func add(_ operation: GraphOperation, after others: [GraphOperation] = []) {
    if let value = frozen[operation] {
      add(Graph().add(value, name: operation.name, at: nil), name: operation.name, inputs: [])
      return
    }
    if operation.isMergedSummaries {
      addMerged(operation.controlInputs, name: operation.name)
      return
    }
    let inputs = operation.inputs.map(\.wireName)
    let controls = (operation.controlInputs + others).map { "^\($0.name)" }
    if catalogue.row(operation.typeName) == nil,
      let expandable = operation.definition as? any ExpandableDefinition
    {
      expand(operation, expandable, inputs, controls)
    } else {
      add(operation, name: operation.name, inputs: inputs + controls)
    }
  }

  private mutating func add(_ operation: GraphOperation, name: String, inputs: [String]) {
    let definition = operation.definition
    guard let row = catalogue.row(operation.typeName) else {
      missing[operation.typeName, default: []].append(name)
      return
    }
    var node = WireNodeDef()
    node.name = name
    node.op = operation.typeName
    node.input = inputs
    node.device = operation.device?.name ?? ""
    for attribute in definition.attributes {
      node.attr[attribute.name] = WireAttrValue(attribute.value)
    }
    for (name, source) in row.types {
      if let value = types(source, of: operation) { node.attr[name] = WireAttrValue(value) }
    }
    if let assert = definition as? Assert { addMessage(of: assert, to: &node) }
    if let summary = definition as? any SummaryDefinition {
      node.attr["tag"] = nil
      let suffix = definition is ScalarSummary ? "tags" : "tag"
      let tag = summary.tag ?? name
      node.input.insert(addText(tag, name: "\(name)/\(suffix)"), at: 0)
    }
    nodes.append(node)
  }

  private func types(_ source: OperationCatalogue.OperandTypes, of operation: GraphOperation)
    -> AttributeValue?
  {
    let inputs = operation.inputs.map { $0.type?.dtype ?? .float32 }
    switch source {
    case .input(let index):
      let position = index < 0 ? inputs.count + index : index
      return inputs.indices.contains(position) ? .type(inputs[position]) : nil
    case .inputs(let start): return .types(Array(inputs.dropFirst(start)))
    case .output(let index):
      let outputs = operation.outputTypes
      return outputs.indices.contains(index) ? .type(outputs[index].dtype) : nil
    case .fixed(let type): return .type(type)
    }
  }

  /// The message of an assertion goes back to an operand of text.
  private mutating func addMessage(of assert: Assert, to node: inout WireNodeDef) {
    guard !assert.message.isEmpty, !node.input.isEmpty else { return }
    node.input.insert(addText(assert.message, name: node.name + "/message"), at: 1)
    if case .list(var list)? = node.attr["T"]?.value {
      list.type.insert(.dtString, at: 0)
      node.attr["T"]?.value = .list(list)
    }
  }

  /// Adds a constant of text and gives its name.
  private mutating func addText(_ text: String, name: String) -> String {
    var constant = WireNodeDef()
    constant.name = name
    constant.op = Const.typeName
    var value = WireTensorValue()
    value.dtype = .dtString
    value.tensorShape = WireTensorShape(.scalar)
    value.stringVal = [Data(text.utf8)]
    constant.attr["dtype"] = WireAttrValue(.dtString)
    var attribute = WireAttrValue()
    attribute.value = .tensor(value)
    constant.attr["value"] = attribute
    nodes.append(constant)
    return name
  }

  /// One operation for all summaries, as `tf.summary.merge_all` makes it, where there is none yet.
  mutating func addMergedSummaries(of members: [GraphOperation]) {
    let name = "Merge/MergeSummary"
    let summaries = members.filter { $0.definition is any SummaryDefinition }
    let isMerged = members.contains { $0.isMergedSummaries || $0.name == name }
    if !summaries.isEmpty, !isMerged { addMerged(summaries, name: name) }
  }

  private mutating func addMerged(_ summaries: [GraphOperation], name: String) {
    var node = WireNodeDef()
    node.name = name
    node.op = MergeSummary.typeName
    node.input = summaries.map(\.name)
    node.attr["N"] = WireAttrValue(.int(summaries.count))
    nodes.append(node)
  }

  /// An operation that TensorFlow does not have: its value where it is known, else the operations
  /// that compute it, below its name, and an identity that bears it.
  private mutating func expand(
    _ operation: GraphOperation, _ definition: any ExpandableDefinition, _ inputs: [String],
    _ controls: [String]
  ) {
    let scratch = Graph()
    let types = operation.inputs.compactMap(\.type)
    let context = InferenceContext(
      inputs: types, constants: operation.inputs.map { $0.operation.definition.constantValue })
    if let value = definition.valueFromTypes(context)?.first {
      let constant = scratch.add(Const(value), at: nil)
      add(constant, name: operation.name, inputs: controls)
      return
    }
    var names: [Output: String] = [:]
    let operands = zip(types, inputs).map { type, name in
      let operand = scratch.add(
        Placeholder(dtype: type.dtype, shape: type.shape), name: "input", at: nil
      ).output(0)
      names[operand] = name
      return operand
    }
    let result = definition.expanded(operands)
    func name(_ output: Output) -> String {
      names[output] ?? "\(operation.name)/\(output.wireName)"
    }
    for part in scratch.operations where names[part.output(0)] == nil {
      add(
        part, name: "\(operation.name)/\(part.name)",
        inputs: part.inputs.map(name) + (part.inputs.isEmpty ? controls : []))
    }
    var identity = WireNodeDef()
    identity.name = operation.name
    identity.op = "Identity"
    identity.input = [name(result)] + controls
    identity.attr["T"] = WireAttrValue(WireDataType(result.type?.dtype ?? .int32))
    nodes.append(identity)
  }
}

extension Output {
  /// The name as an input of another node: the first output needs no number.
  fileprivate var wireName: String {
    index == 0 ? operation.name : "\(operation.name):\(index)"
  }
}

extension WireAttrValue {
  init(_ type: WireDataType) {
    self.init()
    value = .type(type)
  }

  init(_ attribute: AttributeValue) {
    self.init()
    var list = WireAttrValue.ListValue()
    switch attribute {
    case .int(let number): value = .i(Int64(number))
    case .float(let number): value = .f(Float(number))
    case .bool(let flag): value = .b(flag)
    case .string(let text): value = .s(Data(text.utf8))
    case .type(let type): value = .type(WireDataType(type))
    case .shape(let shape): value = .shape(WireTensorShape(shape))
    case .tensor(let tensor): value = .tensor(WireTensorValue(tensor))
    case .ints(let numbers):
      list.i = numbers.map { Int64($0) }
      value = .list(list)
    case .floats(let numbers):
      list.f = numbers.map { Float($0) }
      value = .list(list)
    case .strings(let texts):
      list.s = texts.map { Data($0.utf8) }
      value = .list(list)
    case .types(let types):
      list.type = types.map { WireDataType($0) }
      value = .list(list)
    }
  }
}
