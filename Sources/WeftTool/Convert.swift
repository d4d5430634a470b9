import ArgumentParser
import Weft
import WeftTensorFlow

/// `weft convert`: the same graph in another form.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a graph in the other form: binary (.pb) or text (.pbtxt).",
    discussion: "The graph is imported and exported again: what comes out is what Weft runs.")

  @Argument(help: "The graph: a .pb or .pbtxt file.")
  var graph: String

  @Argument(help: "The new file; text if its name ends in .pbtxt.")
  var result: String

  @Option(help: "What is needed, as 'softmax:0,train'; by default everything.")
  var outputs: String = ""

  func run() throws {
    let imported = Graph()
    let wanted = names(outputs)
    try GraphImport(contentsOf: graph).add(to: imported, outputs: wanted.isEmpty ? nil : wanted)
    try GraphExport(imported).write(to: result)
  }
}
