import Weft
import WeftTensorFlow

/// What a command runs: a graph, or a SavedModel with the names of one of its signatures.
struct ModelFile {
  private enum Content {
    case graph(GraphImport)
    case saved(SavedModel)
  }

  private let content: Content
  private let signature: ModelSignature?

  /// Reads a file or a directory.
  ///
  /// Throws ``WeftGraph/GraphError`` if it is neither, or has no such signature.
  init(_ path: String, signature: String?) throws(GraphError) {
    guard SavedModel.isModel(path) else {
      if signature != nil {
        throw GraphError(.invalidArgument, "'\(path)' is no SavedModel: it has no signatures")
      }
      content = .graph(try GraphImport(contentsOf: path))
      self.signature = nil
      return
    }
    let saved = try SavedModel(contentsOf: path)
    content = .saved(saved)
    let name = signature ?? SavedModel.defaultSignature
    if signature != nil, saved.signatures[name] == nil {
      let known = saved.signatures.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      throw GraphError(
        .invalidArgument, "'\(path)' has no signature '\(name)'",
        notes: [known.isEmpty ? "it has none" : "it has \(known)"])
    }
    self.signature = saved.signatures[name]
  }

  /// The names of the signature's outputs.
  var outputs: [String] { signature?.outputs.keys.sorted() ?? [] }

  /// Adds what is needed to a graph. Names may be those of the signature.
  func add(to target: Graph, _ needed: [String]) throws(GraphError) -> ModelNodes {
    var names: [String: String] = [:]
    if let signature {
      for (name, end) in signature.inputs { names[name] = end.tensor }
      for (name, end) in signature.outputs { names[name] = end.tensor }
    }
    let wanted = needed.map { names[$0] ?? $0 }
    switch content {
    case .graph(let graph):
      return ModelNodes(
        nodes: try graph.add(to: target, outputs: wanted), loaded: nil, names: names)
    case .saved(let saved):
      let loaded = try saved.add(to: target, signatures: [], outputs: wanted)
      return ModelNodes(nodes: loaded.nodes, loaded: loaded, names: names)
    }
  }
}

/// The nodes of a model in a graph, by their own names or those of a signature.
struct ModelNodes {
  private let nodes: ImportedGraph
  private let loaded: LoadedModel?
  private let names: [String: String]

  init(nodes: ImportedGraph, loaded: LoadedModel?, names: [String: String]) {
    self.nodes = nodes
    self.loaded = loaded
    self.names = names
  }

  /// The graph that they are in.
  var graph: Graph { nodes.graph }

  /// Whether a signature calls an output so.
  func isOutputName(_ name: String) -> Bool { names[name] != nil }

  func output(_ name: String) throws(GraphError) -> Output {
    try nodes.output(names[name] ?? name)
  }

  func operation(_ name: String) throws(GraphError) -> GraphOperation {
    try nodes.operation(names[name] ?? name)
  }

  /// Whether a node is a summary.
  func isSummary(_ name: String) -> Bool { nodes.isSummary(names[name] ?? name) }

  func summary(_ name: String) throws(GraphError) -> SummaryNode {
    try nodes.summary(names[name] ?? name)
  }

  /// Gives the variables the values that a SavedModel has for them.
  func restore(_ session: Session) throws { try loaded?.restore(session) }
}
