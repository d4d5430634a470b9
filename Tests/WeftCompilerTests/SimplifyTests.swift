import Testing
import Weft
import WeftCompiler

@Suite struct SimplifyTests {
  /// A step as TensorFlow writes it: gradients wait for each other and pass through identities.
  @Test func updatesOfImportedGraphsAreFolded() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [8, 4], name: "x")
    let w = graph.variable(.truncatedNormal([4, 3]), name: "w")
    let b = graph.variable(.zeros([3]), name: "b")
    let slope = matmul(x, w) + b
    let (forW, forB) = (matmul(x, slope, transposeA: true), sum(slope, axes: [0]))
    let group = graph.after([forW.operation, forB.operation]) {
      graph.add(NoOp(), name: "group", at: nil)
    }
    let (throughW, throughB) = graph.after([group]) { (identity(forW), identity(forB)) }
    let rate = graph.constant(Float(0.5))
    let updates = [(w.erased, throughW), (b.erased, throughB)].map { variable, gradient in
      graph.add(
        ApplyGradientDescent(), inputs: [variable.reference, rate.output, gradient.output],
        name: "update", at: nil)
    }
    let train = graph.after(updates) { graph.add(NoOp(), name: "train", at: nil) }
    let session = try Session(
      graph, configuration: SessionConfiguration(disabledPasses: [], dump: nil))
    let feeds: Feeds = [x: try Tensor<Float>(repeating: 0.25, shape: [8, 4])]
    let plan = try #require(try session.plan(of: [], targets: [train], feeding: feeds))
    let types = plan.steps.map { $0.definition.typeName }
    #expect(types.contains("WeftMatMulDescent"))
    #expect(!types.contains("Identity"))

    // The same bits without the pass but for the folded product's rounding.
    let plain = try Session(
      graph, configuration: SessionConfiguration(disabledPasses: ["simplify"], dump: nil))
    for one in [session, plain] {
      try one.initializeVariables()
      try one.run(train, feeding: feeds)
    }
    let (a, c) = (try session.run(w.node).scalars, try plain.run(w.node).scalars)
    for (p, q) in zip(a, c) { #expect(abs(p - q) < 1e-5) }
  }

  @Test func whatWaitsForAnUpdateStillDoes() throws {
    let graph = Graph()
    let w = graph.variable(Tensor<Float>([1, 2]), name: "w")
    let add = w.assignAdd(graph.constant(Tensor<Float>([10, 20])))
    // A computation that waits for the update, and another that waits for the computation.
    let after = graph.after([add]) { graph.constant(Float(1)) * 2 }
    let late = graph.after([identity(after).operation]) { identity(w) * 1 }
    let before = w * 1 + 0
    let session = try Session(graph)
    try session.initializeVariables()
    let (value, early) = try session.run(late, before)
    #expect(value.scalars == [11, 22] && early.scalars == [1, 2])
  }

  @Test func updatesWhoseKernelsTakeNoFormulaKeepTheirGradient() throws {
    let graph = Graph()
    let w = graph.variable(Tensor<Float>([1, 2, 3]), name: "w")
    let slots = (0..<2).map { graph.variable(Tensor<Float>([1, 1, 1]), name: "slot\($0)").erased }
    let numbers = [0.5, 0.1, 0.9, 0.99, 1e-3].map { graph.constant(Float($0)).output }
    let slope = w * 2 + 1
    let inputs = [w.erased.reference] + slots.map(\.reference) + numbers + [slope.output]
    let train = graph.add(ApplyAdaMax(), inputs: inputs, name: "train", at: nil)
    var results: [[Float]] = []
    for device in [ReferenceDevice(), CPUDevice(threads: 1)] as [any Device] {
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      try session.run(train)
      results.append(try session.run(w.node).scalars)
      session.close()
    }
    for (a, b) in zip(results[0], results[1]) { #expect(abs(a - b) < 1e-6) }
    #expect(results[0][0] != 1)
  }
}
