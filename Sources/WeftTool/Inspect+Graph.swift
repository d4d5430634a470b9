import Weft
import WeftTensorFlow

/// Placeholders, variables, outputs and op types of a graph.
func graphInspection(_ path: String, listsNodes: Bool) throws -> Inspection {
  let model = try GraphImport(contentsOf: path)
  let counts = model.typeCounts
  let nodeCount = counts.values.reduce(0, +)
  var result = Inspection(title: "graph '\(path)': \(nodeCount) nodes of \(counts.count) op types")
  func row(_ entry: GraphImport.Entry) -> [String] {
    [entry.name, "\(entry.type.dtype)", "\(entry.type.shape)"]
  }
  let types = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  result.tables = [
    Table(heading: "placeholder", rows: model.placeholders.map(row)),
    Table(
      heading: "variable",
      rows: model.variables.map { row($0) + [$0.type.byteCount.map(size) ?? "?"] }, numbers: [3]),
    Table(heading: "output", rows: model.outputs.map { [$0] }),
    Table(
      heading: "op type",
      rows: types.map { [$0.key, "\($0.value)"] },
      numbers: [1]),
    Table(heading: "unsupported op type", rows: model.unsupported.map { [$0.description] }),
  ]
  let stored = model.variables.map(\.type)
  let elements = stored.compactMap(\.shape.elementCount).reduce(0, +)
  let bytes = stored.compactMap(\.byteCount).reduce(0, +)
  result.total =
    stored.isEmpty
    ? "no variables" : "\(stored.count) variables of \(grouped(elements)) elements, \(size(bytes))"
  if listsNodes {
    let graph = Graph()
    try model.add(to: graph)
    result.total += "\n\n" + graph.text
  }
  return result
}
