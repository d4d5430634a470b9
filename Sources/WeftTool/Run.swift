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
        weft run queue.pb --init init --feeds batches.npz --each-step x:0 --steps 200 \
      --run enqueue --run train,loss:0 --run size:0 --out losses.npz

      A merged summary (merged:0) is fetched as the bytes of its message, of the last step; without \
      --out it is printed value by value.
      """)

  @Argument(help: "The graph: a .pb or .pbtxt file, or a SavedModel directory.")
  var graph: String

  @Option(
    help: ArgumentHelp(
      "The signature of a SavedModel whose names --feeds and --fetch use.",
      discussion: "By default 'serving_default'; without --fetch all its outputs are computed."))
  var signature: String?

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

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "One of several runs that make up a step, in this order.",
      discussion:
        "Operations to run and outputs to fetch, as 'train,loss:0'. All get the same feeds."))
  var runs: [String] = []

  @Option(help: "How many steps; each is one run, or those that --run names.")
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
    if !runs.isEmpty, !target.isEmpty || !fetch.isEmpty || gradientOf != nil {
      throw ValidationError(
        "--run says what to run and to fetch: leave --target, --fetch and "
          + "--gradient-of away")
    }
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
    let withRespect = names(withRespectTo)
    let model = try ModelFile(graph, signature: signature)
    let asksForNothing =
      fetch.isEmpty && target.isEmpty && runs.isEmpty && gradientOf == nil && initializer == nil
    let fetches = asksForNothing ? model.outputs : names(fetch)
    var needed = fetches + target + runs.flatMap(names) + names(eachStep) + Array(fed.keys).sorted()
    needed += [initializer, gradientOf].compactMap { $0 } + withRespect
    let target = Graph()
    let nodes = try model.add(to: target, needed)
    var question = try question(fetches, in: nodes, areOutputs: true)
    if let gradientOf {
      question.wanted += try gradientOutputs(of: gradientOf, withRespectTo: withRespect, in: nodes)
    }
    let session = try execution.session(target)
    try nodes.restore(session)
    if let initializer { try session.run(try nodes.operation(initializer)) }
    if let restore { try Saver().restore(session, from: restore) }
    if let initialValues {
      var values: [String: AnyTensor] = [:]
      for variable in target.variables { values[variable.name] = try session.value(of: variable) }
      try NPZ.write(values, to: initialValues)
    }
    question.targets = try self.target.map { try nodes.operation($0) }
    let questions =
      runs.isEmpty ? [question] : try runs.map { try self.question(names($0), in: nodes) }
    if questions.contains(where: { !$0.isEmpty }) {
      let recorder = trace.map { _ in RunTrace() }
      let stepper = try Stepper(
        session: session, nodes: nodes, feeds: fed, eachStep: names(eachStep), steps: steps,
        trace: recorder)
      let (results, summaries) = try stepper.run(questions)
      if let out {
        try NPZ.write(results, to: out)
      } else {
        show(results, questions.flatMap { $0.wanted.map(\.name) })
        for (name, values) in summaries {
          let parts = values.map { "\($0.tag) \(shown($0.content))" }
          print("\(name) = " + parts.joined(separator: ", "))
        }
      }
      if let trace, let recorder { try recorder.writeChromeTrace(to: trace) }
    }
    if let save { try Saver().save(session, to: save) }
  }

  /// What a run asks for: summaries, outputs (names with a colon or of a signature, unless all are),
  /// operations.
  private func question(_ names: [String], in nodes: ModelNodes, areOutputs: Bool = false) throws
    -> Stepper.Question
  {
    var question = Stepper.Question()
    for name in names {
      if nodes.isSummary(name) {
        question.summaries.append((name, try nodes.summary(name)))
      } else if areOutputs || name.contains(":") || nodes.isOutputName(name) {
        question.wanted.append(NamedOutput(name, try nodes.output(name)))
      } else {
        question.targets.append(try nodes.operation(name))
      }
    }
    return question
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
