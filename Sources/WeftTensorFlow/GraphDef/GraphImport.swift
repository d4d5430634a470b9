import WeftOps

/// A graph in TensorFlow's format, read and looked through, to be added to a ``WeftGraph/Graph``.
///
/// ```swift
/// let model = try GraphImport(contentsOf: "frozen.pb")
/// print(model.placeholders, model.outputs, model.unsupported)
/// let graph = Graph()
/// let nodes = try model.add(to: graph, prefix: "teacher", outputs: ["softmax:0"])
/// let scores = try nodes.output("softmax:0")
/// ```
/// Reading never fails for an op type that is not known: all of them are listed with the nodes that use
/// them, and only adding such nodes is an error.
public struct GraphImport: Sendable {
  /// An op type that cannot be imported, with the nodes that use it.
  public struct Unsupported: Sendable, Hashable, CustomStringConvertible {
    /// The op type.
    public let typeName: String
    /// Why not, where the type itself is known.
    public let reason: String?
    /// The names of the nodes.
    public let nodes: [String]

    /// `FooBar at 'a', 'b' and 3 more`.
    public var description: String {
      let shown = nodes.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
      let rest = nodes.count > 4 ? " and \(nodes.count - 4) more" : ""
      return typeName + (reason.map { " (\($0))" } ?? "") + " at " + shown + rest
    }
  }

  /// A named node with its type.
  public struct Entry: Sendable, Hashable, CustomStringConvertible {
    /// The name of the node.
    public let name: String
    /// The element type and shape.
    public let type: TensorType

    /// `x float32[?, 784]`.
    public var description: String { "\(name) \(type)" }
  }

  let nodes: [ImportNode]
  let indices: [String: Int]

  /// The graph in a file, binary or text.
  ///
  /// Throws ``WeftGraph/GraphError`` if it cannot be read, is damaged, or has a node twice or an input
  /// that no node gives.
  public init(contentsOf path: String, catalogue: OperationCatalogue = .standard)
    throws(GraphError)
  {
    try self.init(try GraphFile.read(path), catalogue)
  }

  /// The graph in the bytes of a file, binary or text.
  public init(bytes: [UInt8], catalogue: OperationCatalogue = .standard) throws(GraphError) {
    try self.init(try GraphFile.parse(bytes), catalogue)
  }

  init(_ definition: WireGraphDef, _ catalogue: OperationCatalogue) throws(GraphError) {
    var indices: [String: Int] = [:]
    for (index, node) in definition.node.enumerated() {
      guard !node.name.isEmpty, !node.op.isEmpty else {
        throw GraphError(.invalidArgument, "node \(index) has no name or no op type")
      }
      guard indices.updateValue(index, forKey: node.name) == nil else {
        throw GraphError(.invalidArgument, "two nodes are called '\(node.name)'")
      }
    }
    self.indices = indices
    var nodes: [ImportNode] = []
    nodes.reserveCapacity(definition.node.count)
    for node in definition.node { nodes.append(try ImportNode(node, indices, catalogue)) }
    Self.resolveTexts(&nodes)
    Self.flattenSummaries(&nodes)
    self.nodes = nodes
  }

  /// Operations here have no operands of text, but for the messages of assertions and prints: those
  /// become a part of the operation.
  private static func resolveTexts(_ nodes: inout [ImportNode]) {
    for index in nodes.indices {
      guard case .definition(let definition) = nodes[index].content else { continue }
      let texts = nodes[index].inputs.compactMap { input -> String? in
        if case .text(let text) = nodes[input.node].content { text } else { nil }
      }
      guard !texts.isEmpty else { continue }
      let message = texts.joined(separator: " ")
      switch definition {
      case let assert as Assert:
        nodes[index].content = .definition(Assert(summarize: assert.summarize, message: message))
      case let print as Print:
        nodes[index].content = .definition(
          Print(message: print.message + message, summarize: print.summarize))
      case let summary as any SummaryDefinition:
        nodes[index].content = .definition(summary.tagged(message))
      default: nodes[index].content = .unsupported("takes text")
      }
      let others = nodes[index].inputs.filter { input in
        if case .text = nodes[input.node].content { false } else { true }
      }
      nodes[index].inputs = others
    }
  }

  /// The placeholders, in the order of the file.
  public var placeholders: [Entry] {
    nodes.compactMap { node in
      guard case .definition(let definition as Placeholder) = node.content else { return nil }
      return Entry(name: node.name, type: TensorType(definition.dtype, definition.shape))
    }
  }

  /// The variables, in the order of the file.
  public var variables: [Entry] {
    nodes.compactMap { node in
      guard case .definition(let definition as VariableV2) = node.content else { return nil }
      return Entry(name: node.name, type: TensorType(definition.dtype, definition.shape))
    }
  }

  /// The names of the nodes that no other node uses.
  public var outputs: [String] {
    var used: Set<Int> = []
    for node in nodes { used.formUnion(node.inputs.map(\.node) + node.controls) }
    return nodes.indices.filter { !used.contains($0) }.map { nodes[$0].name }
  }

  /// All op types that cannot be imported, with the nodes that use them.
  public var unsupported: [Unsupported] { unsupported(in: Array(nodes.indices)) }

  /// How often each op type occurs.
  public var typeCounts: [String: Int] {
    nodes.reduce(into: [:]) { $0[$1.typeName, default: 0] += 1 }
  }

  func unsupported(in members: [Int]) -> [Unsupported] {
    var found: [String: (type: String, reason: String?, nodes: [String])] = [:]
    for index in members {
      let reason: String?
      switch nodes[index].content {
      case .unsupported(let why): reason = why
      // Useless by itself; whatever needs it is listed.
      case .text, .definition: continue
      }
      let key = nodes[index].typeName + "\0" + (reason ?? "")
      found[key, default: (nodes[index].typeName, reason, [])].nodes.append(nodes[index].name)
    }
    return found.sorted { $0.key < $1.key }.map {
      Unsupported(typeName: $0.value.type, reason: $0.value.reason, nodes: $0.value.nodes)
    }
  }
}

/// A node of a file with its inputs found and its attributes decoded.
struct ImportNode: Sendable {
  enum Content: Sendable {
    case definition(any OpDefinition)
    case text(String)
    case unsupported(String?)
  }

  let name: String
  let typeName: String
  let device: String
  var content: Content
  var inputs: [(node: Int, output: Int)] = []
  var controls: [Int] = []

  init(_ wire: WireNodeDef, _ indices: [String: Int], _ catalogue: OperationCatalogue)
    throws(GraphError)
  {
    name = wire.name
    typeName = wire.op
    device = wire.device
    content = Self.content(wire, catalogue)
    for input in wire.input {
      let isControl = input.hasPrefix("^")
      let (source, output) = try Self.split(isControl ? String(input.dropFirst()) : input)
      guard let index = indices[source] else {
        throw GraphError(
          .invalidArgument, "takes '\(input)', and no node is called '\(source)'",
          subject: "node '\(wire.name)'")
      }
      if isControl {
        controls.append(index)
      } else {
        inputs.append((index, output))
      }
    }
  }

  private static func content(_ wire: WireNodeDef, _ catalogue: OperationCatalogue) -> Content {
    if wire.op == Const.typeName, case .tensor(let value)? = wire.attr["value"]?.value,
      value.dtype == .dtString
    {
      return .text(
        value.stringVal.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
    }
    guard let row = catalogue.row(wire.op) else { return .unsupported(nil) }
    do { return .definition(try row.decode(NodeAttributes(wire.attr))) } catch {
      return .unsupported((error as? OpFailure)?.message ?? "\(error)")
    }
  }

  /// The node and the number of the output of `name`, `name:1`.
  static func split(_ text: String) throws(GraphError) -> (name: String, output: Int) {
    guard let colon = text.lastIndex(of: ":") else { return (text, 0) }
    guard let output = Int(text[text.index(after: colon)...]), (0...65_536).contains(output) else {
      throw GraphError(.invalidArgument, "'\(text)' names no output: it ends in no number")
    }
    return (String(text[..<colon]), output)
  }
}
