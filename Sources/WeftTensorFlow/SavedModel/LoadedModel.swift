import WeftSession

/// What ``SavedModel/add(to:prefix:signatures:outputs:)`` added to a graph.
public struct LoadedModel: Sendable {
  /// The model.
  public let saved: SavedModel
  /// The nodes by their names in the file.
  public let nodes: ImportedGraph

  init(saved: SavedModel, nodes: ImportedGraph) {
    self.saved = saved
    self.nodes = nodes
  }

  /// Gives the variables that were added the values that were saved.
  ///
  /// Throws ``CheckpointError`` if a value is not in the checkpoint or damaged, and
  /// ``WeftGraph/GraphError`` if a variable does not take it.
  public func restore(_ session: Session) throws {
    var wanted: [(name: String, variable: AnyVariable)] = []
    let variables = Dictionary(
      nodes.graph.variables.map { ($0.reference.operation, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for (name, operation) in nodes.operations {
      if let variable = variables[operation] { wanted.append((name, variable)) }
    }
    if wanted.isEmpty { return }
    let checkpoint = try Checkpoint(saved.checkpointPrefix)
    for (name, variable) in wanted.sorted(by: { $0.name < $1.name }) {
      try session.load(try value(name, checkpoint), into: variable)
    }
  }

  private func value(_ name: String, _ checkpoint: Checkpoint) throws -> AnyTensor {
    let source = saved.variables.sources[name] ?? .init(key: name)
    if let refusal = source.refusal {
      throw CheckpointError(.invalidArgument, "'\(name)' cannot be restored: \(refusal)")
    }
    // Without nodes that restore it a variable is known by its name, or by the name with the ending
    // that TensorFlow 2 adds.
    let keys = [source.key, source.key + "/.ATTRIBUTES/VARIABLE_VALUE"]
    let key = keys.first { checkpoint[$0] != nil } ?? source.key
    let whole = try checkpoint.tensor(named: key)
    guard let rows = source.rows else { return whole }
    guard let count = whole.shape.first, rows.upperBound <= count else {
      throw CheckpointError(
        .mismatch, "'\(name)' is the rows \(rows) of '\(key)', whose shape is \(whole.shape)")
    }
    return try whole.rows(rows)
  }

  /// The output of the graph for an input or output of a signature.
  ///
  /// Throws ``WeftGraph/GraphError`` if the signature has none of that name.
  public func output(_ name: String, signature: String = SavedModel.defaultSignature)
    throws(GraphError) -> Output
  {
    let found = try saved.signature(signature)
    guard let tensor = found.tensor(name) else {
      let known = (found.inputs.keys.sorted() + found.outputs.keys.sorted()).map { "'\($0)'" }
      throw GraphError(
        .invalidFetch, "the signature '\(signature)' has no '\(name)'",
        notes: ["it has " + known.joined(separator: ", ")])
    }
    return try nodes.output(tensor)
  }

  /// Answers a call of a signature: its outputs by name, for inputs by name.
  ///
  /// Throws ``WeftGraph/GraphError`` for an input that is missing or unknown, or has another type.
  public func run(
    _ session: Session, _ inputs: [String: AnyTensor],
    signature: String = SavedModel.defaultSignature
  ) throws(GraphError) -> [String: AnyTensor] {
    let called = try saved.signature(signature)
    if let missing = called.inputs.keys.sorted().first(where: { inputs[$0] == nil }) {
      throw GraphError(
        .missingFeed, "the signature '\(signature)' takes '\(missing)', which was not given")
    }
    var feeds = Feeds()
    for (name, value) in inputs.sorted(by: { $0.key < $1.key }) {
      guard called.inputs[name] != nil else {
        throw GraphError(.invalidFeed, "the signature '\(signature)' takes no '\(name)'")
      }
      feeds.feed(SignatureInput(output: try output(name, signature: signature)), value)
    }
    let names = called.outputs.keys.sorted()
    var fetches: [Output] = []
    for name in names { fetches.append(try output(name, signature: signature)) }
    let values = try session.run(fetches, feeding: feeds)
    return Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
  }
}

/// An input of any element type, to be fed.
private struct SignatureInput: Feedable {
  let output: Output
  var feedType: DType { output.type?.dtype ?? .float32 }
}

extension AnyTensor {
  /// Some rows of the first axis, which must be there.
  fileprivate func rows(_ range: Range<Int>) throws(TensorError) -> AnyTensor {
    var result = try AnyTensor(uninitialized: dtype, shape: [range.count] + shape.dropFirst())
    let width = range.isEmpty ? 0 : result.byteCount / range.count
    result.withUnsafeMutableBytes { target in
      withUnsafeBytes { source in
        let part = source[range.lowerBound * width..<range.upperBound * width]
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
      }
    }
    return result
  }
}
