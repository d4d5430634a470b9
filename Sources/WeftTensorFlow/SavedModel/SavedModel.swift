import Foundation
import SwiftProtobuf
import WeftOps

/// A model in a SavedModel directory, of TensorFlow 1 or 2: a graph, the values of its variables, and
/// the functions that it offers.
///
/// ```swift
/// let saved = try SavedModel(contentsOf: "exported")
/// print(saved.signatures)
/// let graph = Graph()
/// let model = try saved.add(to: graph)
/// let session = try Session(graph)
/// try model.restore(session)
/// let answers = try model.run(session, ["images": images])
/// ```
/// The functions of the graph are inlined. What restores variables in TensorFlow is read, not run:
/// it says which variable has which name in the checkpoint. Assets are listed and not used.
public struct SavedModel: Sendable {
  /// The directory.
  public let path: String
  /// The tags of the graph that was chosen, in order.
  public let tags: [String]
  /// The functions that it offers, by name.
  public let signatures: [String: ModelSignature]
  /// The files in `assets`, which some operations of TensorFlow read.
  public let assets: [String]
  /// The graph.
  public let graph: GraphImport
  let variables: RestoredVariables

  /// The signature that is meant where none is named.
  public static let defaultSignature = "serving_default"

  /// Reads a directory with a `saved_model.pb` or `saved_model.pbtxt`.
  ///
  /// - Parameter tags: which of several graphs is meant; by default the only one, or the one tagged
  ///   `serve`.
  ///
  /// Throws ``WeftGraph/GraphError`` if there is none, it cannot be read, or it has no graph with these
  /// tags.
  public init(
    contentsOf path: String, tags: Set<String>? = nil, catalogue: OperationCatalogue = .standard
  ) throws(GraphError) {
    let model = try Self.read(path)
    let chosen = try Self.choose(model, tags, path)
    self.path = path
    self.tags = chosen.metaInfoDef.tags.sorted()
    signatures = chosen.signatureDef.filter { !$0.key.hasPrefix("__") }.mapValues(
      ModelSignature.init)
    assets = chosen.assetFileDef.map(\.filename).sorted()
    var definition = chosen.graphDef
    do throws(GraphError) { definition = try FunctionInlining.inlined(definition) } catch {
      throw GraphError(error.code, "'\(path)': \(error)", notes: error.notes)
    }
    variables = RestoredVariables(definition)
    graph = try GraphImport(definition, catalogue)
  }

  /// Whether a path is a directory with a model in it.
  public static func isModel(_ path: String) -> Bool { file(in: path) != nil }

  /// The prefix of the checkpoint with the values of the variables.
  public var checkpointPrefix: String { path + "/variables/variables" }

  /// Adds the nodes that signatures need to a graph.
  ///
  /// - Parameters:
  ///   - prefix: put before all names, with a slash between.
  ///   - signatures: which signatures; by default all.
  ///   - outputs: further nodes, by their names in the file.
  ///
  /// Throws ``WeftGraph/GraphError`` for a signature that is not there, and as
  /// ``GraphImport/add(to:prefix:inputMap:outputs:)`` does.
  public func add(
    to target: Graph, prefix: String = "", signatures names: [String]? = nil,
    outputs: [String] = []
  ) throws(GraphError) -> LoadedModel {
    var wanted = outputs
    for name in names ?? signatures.keys.sorted() {
      let signature = try signature(name)
      wanted += (signature.inputs.values.map(\.tensor) + signature.outputs.values.map(\.tensor))
        .sorted()
    }
    let nodes = try graph.add(to: target, prefix: prefix, outputs: wanted)
    return LoadedModel(saved: self, nodes: nodes)
  }

  /// The signature of a name.
  func signature(_ name: String) throws(GraphError) -> ModelSignature {
    if let signature = signatures[name] { return signature }
    let known = signatures.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
    throw GraphError(
      .invalidFetch, "the model has no signature '\(name)'",
      notes: [known.isEmpty ? "it has none" : "it has \(known)"])
  }

  private static func file(in path: String) -> String? {
    ["saved_model.pb", "saved_model.pbtxt"].map { "\(path)/\($0)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  private static func read(_ path: String) throws(GraphError) -> SavedSavedModel {
    guard let file = file(in: path) else {
      throw GraphError(
        .invalidArgument, "'\(path)' has neither saved_model.pb nor saved_model.pbtxt")
    }
    do {
      let bytes = try File.read(file)
      guard bytes.count <= GraphFile.sizeLimit else {
        throw TensorError("'\(file)' is above the format's limit of 2 GB")
      }
      if file.hasSuffix(".pbtxt") {
        var options = TextFormatDecodingOptions()
        options.ignoreUnknownFields = true
        return try SavedSavedModel(
          textFormatString: String(decoding: bytes, as: UTF8.self), options: options)
      }
      return try SavedSavedModel(serializedBytes: bytes)
    } catch let error as TensorError {
      throw GraphError(.invalidArgument, error.message)
    } catch {
      throw GraphError(.invalidArgument, "'\(file)' is no SavedModel: \(error)")
    }
  }

  private static func choose(_ model: SavedSavedModel, _ tags: Set<String>?, _ path: String)
    throws(GraphError) -> SavedMetaGraph
  {
    let graphs = model.metaGraphs
    if let tags {
      if let found = graphs.first(where: { Set($0.metaInfoDef.tags) == tags }) { return found }
    } else if graphs.count == 1 {
      return graphs[0]
    } else if let found = graphs.first(where: { $0.metaInfoDef.tags == ["serve"] }) {
      return found
    }
    let wanted = (tags ?? ["serve"]).sorted().joined(separator: ", ")
    let known = graphs.map { "[" + $0.metaInfoDef.tags.sorted().joined(separator: ", ") + "]" }
    throw GraphError(
      .invalidArgument, "'\(path)' has no graph with the tags [\(wanted)]",
      notes: ["it has " + (known.isEmpty ? "none" : known.joined(separator: ", "))])
  }
}
