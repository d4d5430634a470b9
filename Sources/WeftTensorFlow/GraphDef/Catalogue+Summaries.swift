import WeftOps

extension OperationCatalogue {
  /// Summaries. Their tags are operands of text in files and attributes here.
  static let summaries: [Row] = [
    Row(ScalarSummary.typeName) { _ in ScalarSummary() },
    Row(HistogramSummary.typeName) { _ in HistogramSummary() },
    Row(ImageSummary.typeName) {
      ImageSummary(maxImages: try $0.int("max_images", default: 3))
    },
    .plain(MergeSummary(), types: [:]),
  ]
}

extension GraphImport {
  /// A merged summary becomes an operation that waits for all that it merges: there is no text for it
  /// to pass on.
  static func flattenSummaries(_ nodes: inout [ImportNode]) {
    func isMerged(_ node: ImportNode) -> Bool {
      guard case .definition(let definition) = node.content else { return false }
      return definition is MergeSummary
    }
    for index in nodes.indices where isMerged(nodes[index]) {
      var inputs = nodes[index].inputs
      // Each pass replaces one level; what goes round in a circle is found later.
      for _ in 0..<8 where inputs.contains(where: { isMerged(nodes[$0.node]) }) {
        inputs = inputs.flatMap { isMerged(nodes[$0.node]) ? nodes[$0.node].inputs : [$0] }
        guard inputs.count <= 65_536 else { break }
      }
      nodes[index].inputs = inputs
    }
    for index in nodes.indices where isMerged(nodes[index]) {
      nodes[index].controls += nodes[index].inputs.map(\.node)
      nodes[index].inputs = []
      nodes[index].content = .definition(NoOp())
    }
  }
}

extension ImportedGraph {
  /// The summaries of a node: of `merged:0` all that it merges, of `loss_1:0` itself.
  ///
  /// TensorFlow's operations give them as text; here they are fetched as values for a ``FileWriter``:
  ///
  /// ```swift
  /// let merged = try nodes.summary("Merge/MergeSummary:0")
  /// try writer.add(session.run(merged, feeding: feeds), step: 100)
  /// ```
  /// Throws ``WeftGraph/GraphError`` if there is no such node, or it is no summary.
  public func summary(_ name: String) throws(GraphError) -> SummaryNode {
    let operation = try operation(try ImportNode.split(name).name)
    if operation.isMergedSummaries {
      return SummaryNode(outputs: operation.controlInputs.map { $0.output(0) })
    }
    guard operation.definition is any SummaryDefinition else {
      throw GraphError(.invalidFetch, "'\(name)' is no summary but a \(operation.typeName)")
    }
    return SummaryNode(outputs: [operation.output(0)])
  }

  /// Whether a node is a summary.
  public func isSummary(_ name: String) -> Bool { (try? summary(name)) != nil }
}

extension GraphOperation {
  /// Whether it stands for a merged summary: it does nothing but wait for summaries.
  var isMergedSummaries: Bool {
    definition is NoOp && !controlInputs.isEmpty
      && controlInputs.allSatisfy { $0.definition is any SummaryDefinition }
  }
}
