import ArgumentParser
import Weft
import WeftTensorFlow

/// `weft inspect`: what is in a file.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what is in a graph, a checkpoint, arrays, or a log.",
    discussion: """
      Graphs: .pb, .pbtxt. Arrays: .npz, .npy, .safetensors. Logs: event files, or the folder of a run. \
      Checkpoints: their prefix, one of their files, or their folder.

      Examples:
        weft inspect model.pb --nodes
        weft inspect checkpoints/model-3000
        weft inspect logs/run1
      """)

  @Argument(help: "The file, the prefix of a checkpoint, or a folder.")
  var file: String

  @Flag(help: "Lists every node of a graph, every event of a log.")
  var nodes = false

  func run() throws { print(try inspection().text) }

  private func inspection() throws -> Inspection {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    if file.hasSuffix(".pb") || file.hasSuffix(".pbtxt") {
      return try graphInspection(file, listsNodes: nodes)
    }
    if file.hasSuffix(".npz") || file.hasSuffix(".npy") || file.hasSuffix(".safetensors") {
      return try arrayInspection(file)
    }
    if name.contains("tfevents") { return try eventInspection([file], listsEvents: nodes) }
    let logs = EventReader.files(in: file)
    if !logs.isEmpty { return try eventInspection(logs, listsEvents: nodes) }
    return try checkpointInspection(file)
  }
}
