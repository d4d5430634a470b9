import ArgumentParser

/// The `weft` command.
@main
struct Weft: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weft",
    abstract: "Runs, trains and looks into TensorFlow graphs, checkpoints and arrays.",
    discussion: """
      A graph is a GraphDef in binary (.pb) or text form (.pbtxt). Values come and go as NumPy \
      archives (.npz), whose arrays bear the names of nodes: 'x:0'.
      """,
    subcommands: [Run.self, Inspect.self, Train.self, Bench.self, Convert.self, Doctor.self])
}
