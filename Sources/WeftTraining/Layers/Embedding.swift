import WeftOps

/// A vector for each word: rows of a learned table.
///
/// Shapes: word numbers [n, m] give [n, m, size]. Variable: `embedding/embeddings` of
/// [vocabulary, size].
///
/// ```swift
/// let words = graph.placeholder(Int32.self, shape: [nil, 5], name: "words")
/// let vectors = embedding(words, vocabulary: 50_000, size: 128)
/// ```
/// A number outside the vocabulary ends a run with an error. Gradient: summed into the rows used.
///
/// - Parameter initializer: by default even numbers in [-1, 1).
public func embedding<I: IndexScalar>(
  _ words: some NodeConvertible<I>, vocabulary: Int, size: Int,
  initializer: Initializer<Float> = .uniform(min: -1, max: 1), name: String? = nil,
  reuse: VariableReuse? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Float> {
  embedding(
    Float.self, words, vocabulary: vocabulary, size: size, initializer: initializer, name: name,
    reuse: reuse, fileID: fileID, line: line)
}

/// The same for another element type.
public func embedding<I: IndexScalar, S: FloatingScalar>(
  _: S.Type, _ words: some NodeConvertible<I>, vocabulary: Int, size: Int,
  initializer: Initializer<S> = .uniform(min: -1, max: 1), name: String? = nil,
  reuse: VariableReuse? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let words = words.node
  return words.graph.layer(name, "embedding", reuse: reuse, at: location) {
    let table = words.graph.getVariable(
      S.self, "embeddings", shape: [max(0, vocabulary), max(0, size)], initializer,
      fileID: fileID, line: line)
    return gather(table, words, name: "embedding_lookup", fileID: fileID, line: line)
  }
}
