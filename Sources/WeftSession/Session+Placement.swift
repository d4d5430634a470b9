import WeftCompiler

/// Where the steps of a run are computed, and why: prints as a table.
///
/// ```swift
/// print(try session.placement(of: [loss.output], feeding: [x: images]) ?? "in stages")
/// ```
public struct Placement: Sendable, CustomStringConvertible {
  /// The steps in order. Where several devices work on the run, those of each part of the work together,
  /// behind the copies that the part begins with.
  public let steps: [StepPlacement]
  /// What keeps devices from working together where they could.
  public var notes: [String] = []

  /// How many tensors a run copies between devices, feeds and results aside.
  public var copies: Int { steps.reduce(0) { $0 + $1.copies } }

  /// The steps that run on a device.
  public func steps(on device: String) -> [StepPlacement] { steps.filter { $0.device == device } }

  public var description: String {
    let columns = [
      steps.map { "\($0.typeName) '\($0.name)'" }, steps.map(\.device),
      steps.map {
        $0.copies == 0 || $0.typeName == StepPlacement.copy
          ? $0.reason : "\($0.reason); \($0.copies) copies a run"
      },
    ]
    let widths = columns.map { $0.map(\.count).max() ?? 0 }
    let rows = steps.indices.map { row in
      columns.indices.map { column in
        let text = columns[column][row]
        let rest = column == 2 ? 0 : widths[column] - text.count
        return text + String(repeating: " ", count: rest)
      }.joined(separator: "  ")
    }
    return (rows + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}

extension Session {
  /// Where a run would be computed; nil where it is made in stages, because a shape depends on data.
  ///
  /// Throws ``GraphError`` as a run does.
  public func placement(
    of fetches: [Output], targets: [GraphOperation] = [], feeding feeds: Feeds = [:]
  ) throws(GraphError) -> Placement? {
    var list = FetchList()
    list.outputs = fetches
    list.targets = targets
    let values = try feeds.checked(for: graph)
    let answer = try answer(to: list, feeds: values.map { ($0.output, $0.value.type) })
    return answer.placement
  }
}
