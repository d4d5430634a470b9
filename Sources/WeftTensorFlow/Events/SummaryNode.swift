import WeftSession

/// Summaries to be fetched: a run gives the values for a ``FileWriter``.
///
/// ```swift
/// summary.scalar("loss", loss)
/// summary.histogram("weights", w)
/// let merged = summary.mergeAll(in: graph)
/// let (_, values) = try session.run(train, merged, feeding: feeds)
/// try writer.add(values, step: step)
/// ```
public struct SummaryNode: Fetchable, Hashable, Sendable {
  /// The outputs of the summary operations.
  public let outputs: [Output]

  public func collect(into list: inout FetchList) { outputs.forEach { list.append($0) } }

  public func extract(from results: inout FetchResults) -> [SummaryValue] {
    outputs.flatMap { output -> [SummaryValue] in
      let tensor = results.take()
      let operation = output.operation
      guard let definition = operation.definition as? any SummaryDefinition else { return [] }
      return definition.values(tensor, tag: definition.tag ?? operation.name)
    }
  }
}

/// Makes summaries in graphs: `summary.scalar`, `summary.histogram`, `summary.image`.
public let summary = SummaryOperations()

/// What ``summary`` offers.
public struct SummaryOperations: Sendable {
  /// Marks a number to be shown under its name, with the scopes in front of it.
  ///
  /// - Parameters:
  ///   - name: the operation's name; where it is taken it becomes `name_1`, and so does the tag.
  ///   - value: one number.
  @discardableResult
  public func scalar<S: NumericScalar>(
    _ name: String, _ value: some NodeConvertible<S>, fileID: String = #fileID, line: Int = #line
  ) -> SummaryNode {
    add(ScalarSummary(), value.node, name, SourceLocation(fileID, line))
  }

  /// Marks numbers whose distribution is to be shown.
  @discardableResult
  public func histogram<S: NumericScalar>(
    _ name: String, _ values: some NodeConvertible<S>, fileID: String = #fileID, line: Int = #line
  ) -> SummaryNode {
    add(HistogramSummary(), values.node, name, SourceLocation(fileID, line))
  }

  /// Marks images to be shown: `[count, height, width, 1 or 3]`, of `UInt8` or `Float`.
  @discardableResult
  public func image<S: NumericScalar>(
    _ name: String, _ images: some NodeConvertible<S>, maxOutputs: Int = 3,
    fileID: String = #fileID, line: Int = #line
  ) -> SummaryNode {
    add(ImageSummary(maxImages: maxOutputs), images.node, name, SourceLocation(fileID, line))
  }

  /// Several summaries as one.
  public func merge(_ summaries: [SummaryNode]) -> SummaryNode {
    SummaryNode(outputs: summaries.flatMap(\.outputs))
  }

  /// All summaries that a graph has so far, as one.
  public func mergeAll(in graph: Graph) -> SummaryNode {
    SummaryNode(outputs: graph.collection(Graph.summaries))
  }

  private func add(
    _ definition: any OpDefinition, _ node: any AnyNode, _ name: String, _ location: SourceLocation
  ) -> SummaryNode {
    let operation = applyOperation(definition, [node], name: name, at: location)
    operation.graph.addToCollection(Graph.summaries, [operation.output(0)])
    return SummaryNode(outputs: [operation.output(0)])
  }
}
