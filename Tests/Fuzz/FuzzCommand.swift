import ArgumentParser
import Foundation

/// Tries readers with damaged files.
@main
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weft-fuzz",
    abstract: "Reads damaged files of each format: only errors or values may come of it.",
    discussion: """
      The readers run in a process of their own, with bounded memory and time. What kills it is kept, \
      with the number that repeats it.
      """)

  @Option(help: "One format; by default all, one after the other.")
  var format: String?

  @Option(help: "The inputs follow from the seed and their numbers.")
  var seed: UInt64 = 1

  @Option(help: "How many inputs of each format.")
  var count: Int = 10_000

  @Option(help: "Where inputs go that killed a reader.")
  var output: String = ".build/fuzz"

  @Option(help: "A folder of further graphs to begin with.")
  var graphs: String?

  @Option(help: "Reads this one input, in this process.")
  var only: Int?

  @Option(help: .hidden)
  var start: Int = 0

  @Option(help: .hidden)
  var note: String?

  @Flag(help: "Writes the names of the formats.")
  var list = false

  func run() throws {
    let all = try Format.all(graphFolder: graphs)
    if list { return print(all.map(\.name).joined(separator: "\n")) }
    let chosen = all.filter { format == nil || $0.name == format }
    guard let first = chosen.first else {
      throw ValidationError("there is no such format; there are \(all.map(\.name))")
    }
    if let note {
      let worker = Worker(format: first, seed: seed, note: note)
      return print(try worker.run(start..<max(start, count)))
    }
    if let only {
      let scratch = try Scratch()
      defer { scratch.remove() }
      do {
        try first.read(first.input(only, seed: seed), scratch)
        print("read")
      } catch { print("refused: \(error)") }
      return
    }
    let driver = Driver(
      executable: "/proc/self/exe", seed: seed, count: count, output: output, graphFolder: graphs)
    let failures = try chosen.reduce(0) { $0 + (try driver.run($1)) }
    if failures > 0 { throw ExitCode(1) }
  }
}
