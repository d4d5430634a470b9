import ArgumentParser
import Weft
import WeftTensorFlow

/// `weft inspect`: what is in a file.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what is in a graph, a checkpoint, or a file of arrays.",
    discussion: """
      Graphs: .pb, .pbtxt, a SavedModel directory. Arrays: .npz, .npy, .safetensors. Anything else is taken for a checkpoint: \
      its prefix, one of its files, or the folder.
      """)

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "Lists every node of a graph.")
  var nodes = false

  func run() throws {
    if SavedModel.isModel(file) {
      try inspectModel()
    } else if file.hasSuffix(".pb") || file.hasSuffix(".pbtxt") {
      try inspectGraph(try GraphImport(contentsOf: file))
    } else if file.hasSuffix(".npz") {
      printArrays(try NPZ.read(contentsOf: file))
    } else if file.hasSuffix(".safetensors") {
      printArrays(try Safetensors.read(contentsOf: file))
    } else if file.hasSuffix(".npy") {
      let array = try AnyTensor(npyContentsOf: file)
      print("\(array.dtype)\(TensorShape(array.shape)), \(array.byteCount) bytes")
    } else {
      try inspectCheckpoint()
    }
  }

  private func inspectModel() throws {
    let model = try SavedModel(contentsOf: file)
    print("SavedModel '\(file)' [\(model.tags.joined(separator: ", "))]")
    for (name, signature) in model.signatures.sorted(by: { $0.key < $1.key }) {
      print("\nsignature '\(name)'" + (signature.method.isEmpty ? "" : " (\(signature.method))"))
      printEndpoints("input", signature.inputs)
      printEndpoints("output", signature.outputs)
    }
    if !model.assets.isEmpty {
      printTable("asset", model.assets.map { [$0, "is not used"] })
    }
    print("")
    try inspectGraph(model.graph)
  }

  private func printEndpoints(_ kind: String, _ endpoints: [String: ModelSignature.Endpoint]) {
    for (name, endpoint) in endpoints.sorted(by: { $0.key < $1.key }) {
      print("  \(kind) \(name)  \(endpoint)")
    }
  }

  private func inspectGraph(_ model: GraphImport) throws {
    let counts = model.typeCounts
    print("\(counts.values.reduce(0, +)) nodes of \(counts.count) op types")
    printTable("placeholder", model.placeholders.map { [$0.name, $0.type.description] })
    printTable("variable", model.variables.map { [$0.name, $0.type.description] })
    printTable("output", model.outputs.map { [$0] })
    let types = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    printTable("op type", types.map { [$0.key, "\($0.value)"] })
    printTable("unsupported", model.unsupported.map { [$0.description] })
    guard nodes else { return }
    let graph = Graph()
    try model.add(to: graph)
    print("\n" + graph.text)
  }

  private func inspectCheckpoint() throws {
    let checkpoint = try Checkpoint(file)
    print("checkpoint '\(checkpoint.prefix)'")
    printTable(
      "tensor", checkpoint.entries.map { [$0.name, "\($0.type)\(TensorShape($0.shape))"] })
  }

  private func printArrays(_ arrays: [String: AnyTensor]) {
    let rows = arrays.sorted { $0.key < $1.key }.map {
      [$0.key, "\($0.value.dtype)\(TensorShape($0.value.shape))", "\($0.value.byteCount) bytes"]
    }
    printTable("array", rows)
  }
}

/// Prints rows with aligned columns below a heading that counts them; nothing for no row.
func printTable(_ heading: String, _ rows: [[String]]) {
  guard let first = rows.first else { return }
  print("\n\(rows.count) \(heading)\(rows.count == 1 ? "" : "s")")
  let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  for row in rows {
    let cells = row.enumerated().map { column, cell in
      column == row.count - 1
        ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
    }
    print("  " + cells.joined(separator: "  "))
  }
}
