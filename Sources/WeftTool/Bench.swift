import ArgumentParser
import Weft
import WeftTensorFlow

/// `weft bench`: how long a step takes.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how long a step of a graph takes.",
    discussion: "Placeholders that are not fed get zeros, their unknown sizes the batch size.")

  @Argument(help: "The graph: a .pb or .pbtxt file.")
  var graph: String

  @Option(help: "An .npz file with values for placeholders.")
  var feeds: String?

  @Option(name: .customLong("init"), help: "The operation that initialises the variables.")
  var initializer: String?

  @Option(help: "What to compute, as 'loss:0,accuracy:0'.")
  var fetch: String = ""

  @Option(help: "An operation to run in each step; may be given several times.")
  var target: [String] = []

  @Option(help: "How many steps are measured, after as many as a tenth of them.")
  var steps: Int = 100

  @Option(help: "The size of unknown dimensions of placeholders.")
  var batchSize: Int = 128

  @OptionGroup var execution: ExecutionOptions

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if batchSize < 1 { throw ValidationError("--batch-size must be at least 1, not \(batchSize)") }
    if fetch.isEmpty, target.isEmpty { throw ValidationError("name a --fetch or a --target") }
  }

  func run() throws {
    let fed = try feeds.map { try NPZ.read(contentsOf: $0) } ?? [:]
    let model = try GraphImport(contentsOf: graph)
    let built = Graph()
    let wanted = names(fetch) + target + [initializer].compactMap { $0 }
    let nodes = try model.add(to: built, outputs: wanted + fed.keys.sorted())
    var values = fed
    for entry in model.placeholders where nodes.operations[entry.name] != nil {
      let name = "\(entry.name):0"
      guard values[name] == nil, values[entry.name] == nil else { continue }
      let shape = (entry.type.shape.dimensions ?? []).map { $0 ?? batchSize }
      var zeros = try AnyTensor(uninitialized: entry.type.dtype, shape: shape)
      zeros.withUnsafeMutableBytes { bytes in
        _ = bytes.initializeMemory(as: UInt8.self, repeating: 0)
      }
      values[name] = zeros
    }
    let session = try execution.session(built)
    if let initializer { try session.run(try nodes.operation(initializer)) }
    let outputs = try names(fetch).map { try nodes.output($0) }
    let targets = try target.map { try nodes.operation($0) }
    var feeding = Feeds()
    for (name, value) in values { feeding.feed(AnyFeed(try nodes.output(name)), value) }
    let clock = ContinuousClock()
    var times: [Duration] = []
    for step in 0..<(steps + max(1, steps / 10)) {
      let time = try clock.measure { _ = try session.run(outputs, targets, feeding: feeding) }
      if step >= max(1, steps / 10) { times.append(time) }
    }
    times.sort()
    print(
      "\(steps) steps: median \(microseconds(times[times.count / 2])) us, "
        + "fastest \(microseconds(times[0])) us, slowest \(microseconds(times[times.count - 1])) us"
    )
  }

  private func microseconds(_ time: Duration) -> Int {
    Int(time.components.seconds) * 1_000_000 + Int(time.components.attoseconds / 1_000_000_000_000)
  }
}
