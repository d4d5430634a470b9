import Weft
import WeftTensorFlow

/// Signatures, assets and the graph of a SavedModel.
func modelInspection(_ path: String, listsNodes: Bool) throws -> Inspection {
  let model = try SavedModel(contentsOf: path)
  let title = "SavedModel '\(path)' [\(model.tags.joined(separator: ", "))]"
  var result = try graphInspection(title, model.graph, listsNodes: listsNodes)
  var rows: [[String]] = []
  for (name, signature) in model.signatures.sorted(by: { $0.key < $1.key }) {
    let method = signature.method.isEmpty ? name : "\(name) (\(signature.method))"
    for (kind, ends) in [("input", signature.inputs), ("output", signature.outputs)] {
      for (end, place) in ends.sorted(by: { $0.key < $1.key }) {
        rows.append([method, kind, end, "\(place)"])
      }
    }
  }
  result.tables.insert(Table(heading: "end of a signature", rows: rows), at: 0)
  result.tables.append(Table(heading: "asset", rows: model.assets.map { [$0, "is not used"] }))
  return result
}
