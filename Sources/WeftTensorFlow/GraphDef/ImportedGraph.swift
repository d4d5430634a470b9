import WeftOps

/// What ``GraphImport/add(to:prefix:inputMap:outputs:)`` added to a graph, by the names in the file.
public struct ImportedGraph: Sendable {
  /// The graph.
  public let graph: Graph
  /// The operations by the names of their nodes in the file.
  public let operations: [String: GraphOperation]
  let replaced: [String: Output]

  /// The operation of a node.
  ///
  /// Throws ``WeftGraph/GraphError`` if no such node was added.
  public func operation(_ name: String) throws(GraphError) -> GraphOperation {
    guard let operation = operations[name] else {
      throw GraphError(.invalidFetch, "the imported graph has no operation '\(name)'")
    }
    return operation
  }

  /// The output called `softmax:0`, or `softmax` for the first.
  ///
  /// Throws ``WeftGraph/GraphError`` if there is none.
  public func output(_ name: String) throws(GraphError) -> Output {
    let (node, index) = try ImportNode.split(name)
    if let output = replaced["\(node):\(index)"] { return output }
    let operation = try operation(node)
    if operation.isMergedSummaries {
      throw GraphError(
        .invalidFetch, "'\(name)' merges summaries, and there is no element type for text here",
        notes: ["fetch summary(\"\(name)\"), or the summaries' own inputs"])
    }
    guard operation.outputTypes.indices.contains(index) else {
      throw GraphError(
        .invalidFetch,
        "'\(node)' has \(operation.outputTypes.count) outputs, none of number \(index)")
    }
    return operation.output(index)
  }

  /// The typed node of an output.
  ///
  /// Throws ``WeftGraph/GraphError`` if there is none, or it has another element type.
  public func node<Scalar: TensorScalar>(_ name: String, as _: Scalar.Type = Scalar.self)
    throws(GraphError) -> Node<Scalar>
  {
    let output = try output(name)
    if let type = output.type, type.dtype != Scalar.dtype {
      throw GraphError(.invalidType, "'\(name)' is of \(type.dtype), not \(Scalar.dtype)")
    }
    return Node(output: output)
  }
}
