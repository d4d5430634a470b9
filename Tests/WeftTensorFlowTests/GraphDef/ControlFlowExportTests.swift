import Foundation
import Testing
import Weft
import WeftTensorFlow

/// Graphs with loops and branches of our own, with gradients and an optimizer.
struct ControlFlowSample {
  static let names = ["loop", "branch", "loop-of-branches"]

  let graph = Graph(seed: 4)
  let x: Node<Float>
  let flag: Node<Float>
  let loss: Node<Float>
  let train: GraphOperation

  init(_ name: String) {
    let graph = self.graph
    let x = graph.placeholder(Float.self, shape: [nil, 4], name: "x")
    let flag = graph.placeholder(Float.self, shape: [], name: "flag")
    let w = graph.variable(.truncatedNormal([4, 4], stddev: 0.5), name: "w")
    let b = graph.variable(.zeros([4]), name: "b")
    func layer(_ h: Node<Float>) -> Node<Float> { tanh(matmul(h, w) + b) }
    let y: Node<Float>
    switch name {
    case "loop":
      (_, y) = whileLoop(graph.constant(0 as Int32), x) { i, _ in
        i .< 3
      } body: { i, h in
        (i + 1, layer(h) * flag)
      }
    case "branch":
      y = cond(flag .> 0) {
        layer(x) * flag
      } else: {
        relu(matmul(x, w)) - flag
      }
    default:
      (_, y) = whileLoop(flag, x) { i, _ in
        i .< 3
      } body: { i, h in
        (
          i + 1,
          cond(i .> 1) {
            layer(h)
          } else: {
            h * b + layer(x)
          }
        )
      }
    }
    loss = mean(square(y - 0.5), name: "loss")
    self.x = x
    self.flag = flag
    train = GradientDescent(learningRate: 0.2).minimize(loss)
  }

  static let steps = 4

  static func feeds(_ step: Int) -> (x: Tensor<Float>, flag: Tensor<Float>) {
    let values = (0..<12).map { Float(($0 * 7 + step * 5) % 11) / 11 - 0.4 }
    let x = (try? Tensor(shape: [3, 4], scalars: values)) ?? Tensor(values)
    return (x, Tensor(Float([0.5, -1, 1.5, 0.25][step % 4])))
  }

  /// The loss of each step.
  static func losses(
    _ graph: Graph, _ loss: Output, _ train: GraphOperation, x: Output, flag: Output,
    variables: [(Output, AnyTensor)]
  ) throws -> [Float] {
    let session = try Session(graph)
    for variable in graph.variables {
      let value = variables.first { $0.0.name == variable.reference.name }?.1
      if let value { try session.load(value, into: variable) }
    }
    return try (0..<steps).map { step in
      let (input, number) = feeds(step)
      var fed = Feeds()
      fed.feed(AnyInput(x), input)
      fed.feed(AnyInput(flag), number)
      let (values, _) = try session.run([loss], train, feeding: fed)
      return values[0].typed(Float.self)?.scalars.first ?? .nan
    }
  }

  /// The variables' first values.
  func initialValues() throws -> [(Output, AnyTensor)] {
    let session = try Session(graph)
    try session.initializeVariables()
    return try graph.variables.map { ($0.reference, try session.value(of: $0)) }
  }
}

@Suite struct ControlFlowExportTests {
  @Test(arguments: ControlFlowSample.names) func whatIsExportedIsImportedAgain(_ name: String)
    throws
  {
    let sample = ControlFlowSample(name)
    let start = try sample.initialValues()
    let losses = try ControlFlowSample.losses(
      sample.graph, sample.loss.output, sample.train, x: sample.x.output, flag: sample.flag.output,
      variables: start)
    let copy = Graph()
    let nodes = try GraphImport(bytes: try GraphExport(sample.graph).bytes()).add(to: copy)
    let again = try ControlFlowSample.losses(
      copy, try nodes.output(sample.loss.name), try nodes.operation(sample.train.name),
      x: try nodes.output("x"), flag: try nodes.output("flag"), variables: start)
    #expect(losses.count == again.count)
    #expect(zip(losses, again).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(Set(losses).count == losses.count)
  }
}

/// The same for `Scripts/interop/check_export.py` to run in TensorFlow.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WEFT_INTEROP"] != nil))
struct ControlFlowExportedGraphTests {
  private struct Run: Encodable {
    let `init`: [String]
    let steps: Int
    let targets: [String]
    let fetch: [String]
  }

  @Test(arguments: ControlFlowSample.names) func writesControlFlow(_ name: String) throws {
    let root = try #require(ProcessInfo.processInfo.environment["WEFT_INTEROP"])
    let folder = root + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let sample = ControlFlowSample(name)
    try GraphExport(sample.graph).write(to: folder + "/graph.pb")
    let losses = try ControlFlowSample.losses(
      sample.graph, sample.loss.output, sample.train, x: sample.x.output, flag: sample.flag.output,
      variables: try sample.initialValues())
    let fed = (0..<ControlFlowSample.steps).map(ControlFlowSample.feeds)
    let rows = fed.flatMap { $0.x.scalars }
    try NPZ.write([sample.loss.name: AnyTensor(Tensor(losses))], to: folder + "/expected.npz")
    try NPZ.write(
      [
        "x:0": AnyTensor(try Tensor(shape: [fed.count, 3, 4], scalars: rows)),
        "flag:0": AnyTensor(Tensor(fed.flatMap { $0.flag.scalars })),
      ], to: folder + "/feeds.npz")
    let run = Run(
      init: sample.graph.variables.map(\.initializer.name), steps: fed.count,
      targets: [sample.train.name], fetch: [sample.loss.name])
    try JSONEncoder().encode(run).write(to: URL(filePath: folder + "/run.json"))
  }
}
