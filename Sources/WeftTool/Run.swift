import ArgumentParser
import Weft
import WeftTensorFlow

/// `weft run`: feeds, steps, fetches.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a graph: once, or for many steps.",
    discussion: """
      Examples:
        weft run frozen.pb --feeds in.npz --fetch softmax:0 --out out.npz
        weft run train.pb --init init --feeds batches.npz --each-step x:0,y:0 --steps 200 \
      --target train --fetch loss:0 --save model --out losses.npz
        weft run model.pb --feeds in.npz --fetch loss:0 --gradient-of loss:0 --with-respect-to x:0
        weft run model.pb --feeds in.npz --fetch softmax:0 --trace step.json

      A merged summary (merged:0) is fetched as the bytes of its message, of the last step; without \
      --out it is printed value by value.
      """)

  @Argument(help: "The graph: a .pb or .pbtxt file.")
  var graph: String

  @Option(help: "An .npz file with a value for each placeholder, named as 'x:0'.")
  var feeds: String?

  @Option(help: "What to compute, as 'loss:0,accuracy:0'.")
  var fetch: String = ""

  @Option(help: "Where the results go: an .npz file. Without it they are printed.")
  var out: String?

  @Option(name: .customLong("init"), help: "The operation that initialises the variables.")
  var initializer: String?

  @Option(help: "A checkpoint to restore the variables from.")
  var restore: String?

  @Option(help: "Where to save a checkpoint after the last step.")
  var save: String?

  @Option(help: "An .npz file for the variables as they are after initialisation.")
  var initialValues: String?

  @Option(help: "An operation to run in each step; may be given several times.")
  var target: [String] = []

  @Option(help: "How many steps; each is one run.")
  var steps: Int = 1

  @Option(help: "Feeds with a leading axis of one entry a step; results then have it too.")
  var eachStep: String = ""

  @Option(help: "Differentiates this, with Weft's own gradients.")
  var gradientOf: String?

  @Option(help: "With respect to these nodes or variables; results are named 'gradient/x:0'.")
  var withRespectTo: String = ""

  @Option(help: "A file for the times of the steps, for chrome://tracing or ui.perfetto.dev.")
  var trace: String?

  @OptionGroup var execution: ExecutionOptions

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps must be at least 1, not \(steps)") }
    if gradientOf != nil, withRespectTo.isEmpty {
      throw ValidationError("--gradient-of needs --with-respect-to x:0,w:0")
    }
    if gradientOf == nil, !withRespectTo.isEmpty {
      throw ValidationError("--with-respect-to needs --gradient-of loss:0")
    }
  }

  func run() throws {
    let fed = try feeds.map { try NPZ.read(contentsOf: $0) } ?? [:]
    let fetches = names(fetch)
    let withRespect = names(withRespectTo)
    let model = try GraphImport(contentsOf: graph)
    var needed = fetches + target + names(eachStep) + Array(fed.keys).sorted()
    needed += [initializer, gradientOf].compactMap { $0 } + withRespect
    let target = Graph()
    let nodes = try model.add(to: target, outputs: needed)
    let summaries = fetches.filter { nodes.isSummary($0) }
    var wanted = try fetches.filter { !summaries.contains($0) }.map {
      NamedOutput($0, try nodes.output($0))
    }
    if let gradientOf {
      wanted += try gradientOutputs(of: gradientOf, withRespectTo: withRespect, in: nodes)
    }
    let session = try execution.session(target)
    if let initializer { try session.run(try nodes.operation(initializer)) }
    if let restore { try Saver().restore(session, from: restore) }
    if let initialValues {
      var values: [String: AnyTensor] = [:]
      for variable in target.variables { values[variable.name] = try session.value(of: variable) }
      try NPZ.write(values, to: initialValues)
    }
    let operations = try self.target.map { try nodes.operation($0) }
    if !wanted.isEmpty || !operations.isEmpty || !summaries.isEmpty {
      let recorder = trace.map { _ in RunTrace() }
      let stepper = try Stepper(
        session: session, nodes: nodes, feeds: fed, eachStep: names(eachStep), steps: steps,
        summaries: summaries, trace: recorder)
      let (results, summaryValues) = try stepper.run(wanted, operations)
      if let out {
        try NPZ.write(results, to: out)
      } else {
        show(results, wanted.map(\.name))
        for (name, values) in zip(summaries, summaryValues) {
          let parts = values.map { "\($0.tag) \(shown($0.content))" }
          print("\(name) = " + parts.joined(separator: ", "))
        }
      }
      if let trace, let recorder { try recorder.writeChromeTrace(to: trace) }
    }
    if let save { try Saver().save(session, to: save) }
  }

  private func show(_ results: [String: AnyTensor], _ order: [String]) {
    for name in order {
      if let value = results[name] { print("\(name) = \(description(of: value))") }
    }
  }
}

/// An output with the name by which it was asked for.
struct NamedOutput {
  let name: String
  let output: Output
  init(_ name: String, _ output: Output) {
    self.name = name
    self.output = output
  }
}

/// The names in `a:0,b:0`.
func names(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

/// A tensor as text.
func description(of tensor: AnyTensor) -> String {
  func open<Scalar: TensorScalar>(_: Scalar.Type) -> String {
    tensor.typed(Scalar.self).map { "\($0)" } ?? ""
  }
  return open(tensor.dtype.scalarType)
}
