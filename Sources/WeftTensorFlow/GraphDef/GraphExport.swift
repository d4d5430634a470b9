import Foundation
import SwiftProtobuf
import WeftOps

/// A graph in TensorFlow's format: what TensorFlow imports and runs.
///
/// ```swift
/// try GraphExport(graph).write(to: "model.pb")     // binary
/// try GraphExport(graph).write(to: "model.pbtxt")  // text
/// ```
/// Gradients, updates and random operations with their seeds are exported like all others. A few
/// operations that TensorFlow does not have are written in some that it has. Where the whole graph has
/// summaries, `Merge/MergeSummary` merges them, as TensorFlow's `merge_all` does.
public struct GraphExport: Sendable {
  /// The version that TensorFlow 1.15 writes.
  private static let producer: Int32 = 134

  private let definition: WireGraphDef

  /// The whole graph, or what some outputs and operations need.
  ///
  /// Throws ``WeftGraph/GraphError`` with all operations that the catalogue does not have.
  public init(
    _ graph: Graph, outputs: [Output] = [], operations: [GraphOperation] = [],
    catalogue: OperationCatalogue = .standard
  ) throws(GraphError) {
    try self.init(
      graph, outputs: outputs, operations: operations, catalogue: catalogue, frozen: [:])
  }

  init(
    _ graph: Graph, outputs: [Output], operations: [GraphOperation], catalogue: OperationCatalogue,
    frozen: [GraphOperation: Const]
  ) throws(GraphError) {
    try graph.validate()
    let roots = outputs.map(\.operation) + operations
    let members = roots.isEmpty ? graph.operations : Self.closure(of: roots)
    var writer = NodeWriter(catalogue: catalogue, frozen: frozen)
    let order = UpdateOrder(members)
    for operation in members {
      writer.add(operation, after: order.controls[operation.id] ?? [])
    }
    if roots.isEmpty { writer.addMergedSummaries(of: members) }
    try writer.check()
    var definition = WireGraphDef()
    definition.node = writer.nodes
    definition.versions.producer = Self.producer
    self.definition = definition
  }

  static func closure(of roots: [GraphOperation]) -> [GraphOperation] {
    var seen = Set(roots)
    var stack = roots
    while let operation = stack.popLast() {
      for other in operation.inputs.map(\.operation) + operation.controlInputs
      where seen.insert(other).inserted { stack.append(other) }
    }
    return seen.sorted { $0.id < $1.id }
  }

  /// The binary form.
  ///
  /// Throws ``WeftGraph/GraphError`` above 2 GB, the limit of the format.
  public func bytes() throws(GraphError) -> [UInt8] {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    let bytes: [UInt8]
    do { bytes = try definition.serializedBytes(options: options) } catch {
      throw GraphError(
        .unsupported, "the graph cannot be written: \(error)",
        notes: ["graphs end at 2 GB: keep large constants in variables and a checkpoint"])
    }
    guard bytes.count <= GraphFile.sizeLimit else {
      throw GraphError(
        .unsupported, "a graph of \(bytes.count) bytes is above the format's limit of 2 GB",
        notes: ["keep large constants in variables and a checkpoint"])
    }
    return bytes
  }

  /// The text form.
  public var text: String { definition.textFormatString() }

  /// Writes a file: text if its name ends in `.pbtxt`, else binary.
  ///
  /// Throws ``WeftGraph/GraphError`` if it cannot be written or is above 2 GB.
  public func write(to path: String) throws(GraphError) {
    let bytes = path.hasSuffix(".pbtxt") ? Array(text.utf8) : try bytes()
    do {
      try File.write(path) { (file) throws(TensorError) in try file.write(bytes) }
    } catch { throw GraphError(.invalidArgument, error.message) }
  }
}
