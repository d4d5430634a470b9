import Foundation
import SwiftProtobuf
import WeftSession

extension SavedModel {
  /// Writes a directory that TensorFlow's loaders read: the graph that the signatures need, tagged
  /// `serve`, and the present values of its variables.
  ///
  /// ```swift
  /// let signature = ModelSignature(inputs: ["images": x], outputs: ["scores": scores])
  /// try SavedModel.write(session, to: "exported", signatures: ["serving_default": signature])
  /// ```
  /// - Parameters:
  ///   - path: the directory; it is made, and must not hold a model yet.
  ///   - operations: further operations to keep, such as a training step, with what they need.
  ///
  /// Throws ``WeftGraph/GraphError`` for operations that TensorFlow does not have, and variables without
  /// a value; ``CheckpointError`` if a file cannot be written.
  public static func write(
    _ session: Session, to path: String,
    signatures: [String: ModelSignature], operations: [GraphOperation] = [],
    tags: [String] = ["serve"],
    catalogue: OperationCatalogue = .standard
  ) throws {
    guard !isModel(path) else {
      throw GraphError(
        .invalidArgument, "'\(path)' holds a model already",
        notes: ["remove it, or write elsewhere"])
    }
    let graph = session.graph
    var outputs: [Output] = []
    for (name, signature) in signatures.sorted(by: { $0.key < $1.key }) {
      let endpoints = signature.inputs.values.map(\.tensor) + signature.outputs.values.map(\.tensor)
      for tensor in endpoints.sorted() {
        outputs.append(try output(tensor, of: graph, signature: name))
      }
    }
    if outputs.isEmpty && operations.isEmpty {
      throw GraphError(.invalidArgument, "a model without inputs and outputs cannot be called")
    }
    var definition = try GraphExport(
      graph, outputs: outputs, operations: operations, catalogue: catalogue
    ).definition
    let names = Set(definition.node.map(\.name))
    let variables = graph.variables.filter { names.contains($0.name) }
    var meta = SavedMetaGraph()
    if !variables.isEmpty {
      let saver = SaverNodes(variables, names)
      definition.node += saver.nodes
      meta.saverDef = saver.info
    }
    meta.metaInfoDef.tags = tags
    meta.metaInfoDef.tensorflowVersion = "1.15.0"
    meta.graphDef = definition
    meta.signatureDef = signatures.mapValues(\.wire)
    var model = SavedSavedModel()
    model.savedModelSchemaVersion = 1
    model.metaGraphs = [meta]
    try CheckpointFolder.create(path + "/variables")
    if !variables.isEmpty {
      let values = try session.run(variables.map(\.value))
      let named = Dictionary(
        zip(variables.map(\.name), values), uniquingKeysWith: { first, _ in first })
      try Checkpoint.write(named, to: path + "/variables/variables")
    }
    // Last, so that there is a model only when all of it is there.
    try write(model, to: path + "/saved_model.pb")
  }

  private static func output(_ name: String, of graph: Graph, signature: String)
    throws(GraphError) -> Output
  {
    let (node, index) = try ImportNode.split(name)
    guard let operation = graph.operation(named: node),
      operation.outputTypes.indices.contains(index)
    else {
      throw GraphError(
        .foreignNode,
        "the signature '\(signature)' names '\(name)', which the session's graph does not "
          + "have")
    }
    return operation.output(index)
  }

  private static func write(_ model: SavedSavedModel, to file: String) throws {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    let bytes: [UInt8] = try model.serializedBytes(options: options)
    guard bytes.count <= GraphFile.sizeLimit else {
      throw GraphError(
        .unsupported, "a graph of \(bytes.count) bytes is above the format's limit of 2 GB",
        notes: ["keep large constants in variables"])
    }
    do throws(TensorError) { try File.write(bytes, to: file) } catch {
      throw CheckpointError(.inputOutput, error.message)
    }
  }
}

/// The nodes by which TensorFlow saves and restores variables: those of its own Saver.
private struct SaverNodes {
  private(set) var nodes: [WireNodeDef] = []
  private(set) var info = SavedSaverInfo()
  private let scope: String

  init(_ variables: [AnyVariable], _ taken: Set<String>) {
    let names = ["save"] + (1...taken.count + 1).map { "save_\($0)" }
    scope =
      names.first { name in
        !taken.contains { $0 == name || $0.hasPrefix(name + "/") }
      } ?? "save"
    let types = variables.map { WireDataType($0.type.dtype) }
    add("Const", "Placeholder") { node in
      node.attr["dtype"] = WireAttrValue(.dtString)
      node.attr["shape"] = WireAttrValue(AttributeValue.shape([]))
    }
    let keys = variables.map(\.name)
    addTexts("tensor_names", keys)
    addTexts("shape_and_slices", keys.map { _ in "" })
    let control = ["\(scope)/Const", "\(scope)/tensor_names", "\(scope)/shape_and_slices"]
    var list = WireAttrValue.ListValue()
    list.type = types
    let dtypes = WireAttrValue.with { $0.list = list }
    add("SaveV2", "SaveV2") { node in
      node.input = control + keys
      node.attr["dtypes"] = dtypes
    }
    add("control_dependency", "Identity") { [scope] node in
      node.input = ["\(scope)/Const", "^\(scope)/SaveV2"]
      node.attr["T"] = WireAttrValue(.dtString)
    }
    add("RestoreV2", "RestoreV2") { node in
      node.input = control
      node.attr["dtypes"] = dtypes
    }
    var assignments: [String] = []
    for (index, key) in keys.enumerated() {
      add("Assign_\(index)", "Assign") { [scope] node in
        node.input = [key, index == 0 ? "\(scope)/RestoreV2" : "\(scope)/RestoreV2:\(index)"]
        node.attr["T"] = WireAttrValue(types[index])
      }
      assignments.append("^\(scope)/Assign_\(index)")
    }
    add("restore_all", "NoOp") { $0.input = assignments }
    info.filenameTensorName = "\(scope)/Const:0"
    info.saveTensorName = "\(scope)/control_dependency:0"
    info.restoreOpName = "\(scope)/restore_all"
    info.maxToKeep = 5
    info.version = 2
  }

  private mutating func add(_ name: String, _ type: String, _ fill: (inout WireNodeDef) -> Void) {
    var node = WireNodeDef()
    node.name = "\(scope)/\(name)"
    node.op = type
    fill(&node)
    nodes.append(node)
  }

  private mutating func addTexts(_ name: String, _ texts: [String]) {
    var value = WireTensorValue()
    value.dtype = .dtString
    value.tensorShape = WireTensorShape([texts.count])
    value.stringVal = texts.map { Data($0.utf8) }
    add(name, "Const") { node in
      node.attr["dtype"] = WireAttrValue(.dtString)
      node.attr["value"] = .with { $0.tensor = value }
    }
  }
}
