import WeftSession

extension FileWriter {
  /// Adds a graph for the Graphs page.
  ///
  /// ```swift
  /// try writer.addGraph(graph)
  /// ```
  /// Throws ``WeftGraph/GraphError`` if the graph has errors or operations without an equivalent in
  /// TensorFlow, and ``EventError`` if the writer is closed or the file cannot be written.
  public func addGraph(_ graph: Graph, catalogue: OperationCatalogue = .standard) throws {
    try addGraph(try GraphExport(graph, catalogue: catalogue).bytes())
  }

  /// Adds the times and memory of traced runs, which the Graphs page shows as colours of the nodes.
  ///
  /// ```swift
  /// let trace = RunTrace()
  /// try session.run(train, feeding: feeds, trace: trace)
  /// try writer.addRunMetadata(trace, tag: "step 100", step: 100)
  /// ```
  /// - Parameters:
  ///   - trace: the runs; of several the last one counts.
  ///   - tag: the name of the run on the page; each stands once.
  ///   - device: where it ran.
  ///
  /// Throws ``EventError`` if the writer is closed or the file cannot be written.
  public func addRunMetadata(
    _ trace: RunTrace, tag: String, step: Int, device: String = "/device:CPU:0"
  ) throws(EventError) {
    try addRunMetadata(try RunMetadata.bytes(of: trace, device: device), tag: tag, step: step)
  }
}
