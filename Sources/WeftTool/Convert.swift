import ArgumentParser
import Weft
import WeftTensorFlow

/// `weft convert`: the same graph or the same tensors in another form.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a graph or tensors in another form; freezes a graph.",
    discussion: """
      A graph (.pb, .pbtxt) becomes the other form of it; what comes out is what Weft runs. Tensors go \
      between checkpoints (a prefix), .safetensors and .npz. With --freeze the variables of a graph get \
      the values of a checkpoint for good.

      Examples:
        weft convert model.pb model.pbtxt
        weft convert checkpoints/model-3000 model.safetensors
        weft convert weights.npz checkpoints/model
        weft convert model.pb frozen.pb --freeze checkpoints/model-3000 --outputs softmax:0
      """)

  @Argument(help: "A graph, a checkpoint, or a file of arrays.")
  var source: String

  @Argument(help: "The new file; a graph is text if its name ends in .pbtxt.")
  var result: String

  @Option(help: "What is needed of a graph, as 'softmax:0,train'; by default everything.")
  var outputs: String = ""

  @Option(help: "Makes the variables constants, with the values of this checkpoint or file.")
  var freeze: String?

  private var isGraph: Bool { [".pb", ".pbtxt"].contains { source.hasSuffix($0) } }

  func validate() throws {
    let makesGraph = [".pb", ".pbtxt"].contains { result.hasSuffix($0) }
    if isGraph != makesGraph {
      throw ValidationError(
        "'\(source)' and '\(result)' hold different things: a graph becomes a .pb or .pbtxt file, "
          + "tensors become a checkpoint, .safetensors or .npz")
    }
    if freeze != nil, !isGraph { throw ValidationError("--freeze needs a graph (.pb, .pbtxt)") }
    if freeze != nil, outputs.isEmpty {
      throw ValidationError("--freeze needs --outputs softmax:0, the outputs of the model")
    }
    if !isGraph, !outputs.isEmpty { throw ValidationError("--outputs needs a graph (.pb, .pbtxt)") }
  }

  func run() throws {
    if isGraph { try convertGraph() } else { try convertTensors() }
  }

  private func convertGraph() throws {
    let graph = Graph()
    let wanted = names(outputs)
    let model = try GraphImport(contentsOf: source)
    let nodes = try model.add(to: graph, outputs: wanted.isEmpty ? nil : wanted)
    guard let freeze else { return try GraphExport(graph).write(to: result) }
    let values = try Tensors.read(freeze)
    let frozen = try GraphExport(
      freezing: graph, outputs: try wanted.map { try nodes.output($0) }
    ) { variable in
      guard let value = values[variable.name] else {
        throw GraphError(
          .uninitializedVariable, "the variable '\(variable.name)' is not in '\(freeze)'",
          notes: ["`weft inspect \(freeze)` shows what is there"])
      }
      return value
    }
    try frozen.write(to: result)
  }

  private func convertTensors() throws {
    let tensors = try Tensors.read(source)
    if result.hasSuffix(".npz") {
      try NPZ.write(tensors, to: result)
    } else if result.hasSuffix(".safetensors") {
      try Safetensors.write(tensors, to: result)
    } else if result.hasSuffix(".npy") {
      throw ValidationError("an .npy file holds one array: write an .npz file")
    } else {
      try Checkpoint.write(tensors, to: result)
    }
    print("\(tensors.count) tensors written to '\(result)'")
  }
}

/// Tensors by name from whatever holds them.
enum Tensors {
  /// The tensors of a checkpoint, without what Weft keeps for itself there, or of a file of arrays.
  ///
  /// Throws what the readers throw; for tensors of types that are not known here, all their names.
  static func read(_ path: String) throws -> [String: AnyTensor] {
    if path.hasSuffix(".npz") { return try NPZ.read(contentsOf: path) }
    if path.hasSuffix(".safetensors") { return try Safetensors.read(contentsOf: path) }
    let checkpoint = try Checkpoint(path)
    var result: [String: AnyTensor] = [:]
    for entry in checkpoint.entries where !entry.name.hasPrefix("_weft/") {
      result[entry.name] = try checkpoint.tensor(named: entry.name)
    }
    return result
  }
}
