import Foundation
import Testing
import Weft

@testable import WeftCUDA

extension [PlannedStep] {
  /// The products of all steps.
  fileprivate var products: [CUDAProduct] {
    flatMap { step -> [CUDAProduct] in
      guard case .kernel(let kernel) = step else { return [] }
      return kernel.commands.compactMap {
        if case .product(let product) = $0 { product } else { nil }
      }
    }
  }
}

/// What a step of the benchmark's workloads issues on a GPU: where launches are all there is to a step,
/// they are what it costs. The workloads are the benchmark's own (a link to its source).
@Suite struct LaunchTests {
  private static let expected = """
    logistic: 2 launches, 2 products, 0 copies and fills
    logistic-l2: 2 launches, 2 products, 0 copies and fills
    mlp1024-l2: 2 launches, 5 products, 0 copies and fills
    mlp1024-drop: 5 launches, 5 products, 0 copies and fills
    adam256: 4 launches, 8 products, 0 copies and fills
    book256: 2 launches, 8 products, 0 copies and fills
    momentum512: 3 launches, 8 products, 0 copies and fills
    wide4096: 2 launches, 8 products, 0 copies and fills
    lenet: 17 launches, 6 products, 0 copies and fills
    """

  static func plan(_ workload: Workload) throws -> ExecutionPlan {
    let model = workload.model()
    let session = try Session(model.graph, device: CPUDevice(threads: 1))
    return try #require(
      try session.plan(
        of: [model.loss.output, model.prediction.output], targets: [model.train],
        feeding: [
          model.x: try Tensor<Float>.zeros([workload.batch, 784]),
          model.labels: try Tensor<Float>.zeros([workload.batch, 10]),
        ]))
  }

  @Test func aStepIssuesAsMuchAsRecorded() throws {
    let device = try Emulator.shared.get().device()
    let lines = try Workload.all.map { "\($0.name): \(try device.counts(of: Self.plan($0)))" }
    #expect(lines.joined(separator: "\n") == Self.expected)
  }

  /// A descent is one product that writes into the variable, all updates of the slots one launch.
  @Test func updatesAreProductsOrOneLaunch() throws {
    let device = try Emulator.shared.get().device()
    let named = Dictionary(uniqueKeysWithValues: Workload.all.map { ($0.name, $0) })
    let book = try device.listing(of: Self.plan(#require(named["book256"])))
    #expect(book.filter { $0.hasPrefix("product") && $0.contains("GradientDescent/") }.count == 3)
    let adam = try device.listing(of: Self.plan(#require(named["adam256"])))
    let updates = adam.filter { $0.contains("ApplyAdam") }
    #expect(updates.count == 1, "\(adam.joined(separator: "\n"))")
  }

  /// Without masks of bits, which a library may not have, the same numbers by launches of our own; and what
  /// cannot be joined runs by itself.
  @Test(arguments: [true, false]) func everyWayGivesTheSameNumbers(_ usesMasks: Bool) throws {
    let emulator = try Emulator(["workspace": "4096"])
    let graph = Graph(seed: 3)
    let x = graph.placeholder(Float.self, shape: [9, 12], name: "x")
    let labels = graph.placeholder(Float.self, shape: [9, 7], name: "labels")
    var layer = x
    for (inputs, outputs) in [(12, 18), (18, 11)] {
      let w = graph.variable(.truncatedNormal([inputs, outputs], stddev: 0.4))
      layer = relu(matmul(layer, w) + graph.variable(.truncatedNormal([outputs])))
    }
    let logits = matmul(layer, graph.variable(.truncatedNormal([11, 7])))
    let loss = mean(softmaxCrossEntropy(logits: logits, labels: labels))
    let train = GradientDescent(learningRate: 0.3).minimize(loss)
    let prediction = softmax(logits)
    let images = try Tensor<Float>(
      shape: [9, 12], scalars: (0..<108).map { Float($0 * 37 % 101) / 50 - 1 })
    let classes = try Tensor<Float>(
      shape: [9, 7], scalars: (0..<63).map { $0 % 7 == $0 / 7 % 7 ? 1 : 0 })
    func results(_ device: any Device) throws -> [Float] {
      let session = try Session(graph, device: device)
      defer { session.close() }
      try session.initializeVariables()
      var found: [Float] = []
      for _ in 0..<5 {
        let (_, value, shares) = try session.run(
          train, loss, prediction, feeding: [x: images, labels: classes])
        found += value.scalars + shares.scalars
      }
      for variable in graph.variables {
        found += try session.value(of: variable).doubles.map { Float($0) }
      }
      return found
    }
    let expected = try results(CPUDevice.shared)
    for waits in [false, true] {
      var options = CUDAOptions(batchSize: 1)
      options.usesMasks = usesMasks
      options.waitsForEach = waits
      let found = try results(try emulator.device(options: options))
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 2e-5 * max(1, abs(b))) }
    }
  }

  /// Where a trial shows that the rectifiers of products lose NaN, they are left alone: the same numbers by
  /// one launch more for each hidden layer. The trial is made once.
  @Test func rectifiersThatLoseNaNAreNotUsed() throws {
    let workload = try #require(Workload.all.first { $0.name == "mlp1024-l2" })
    let plan = try Self.plan(workload)
    for (setting, products) in [("keeps NaN", 1), ("plain", 0)] {
      let emulator = try Emulator(["rectifier": setting])
      let device = try emulator.device()
      for _ in 0..<2 {
        let arranged = try CUDAProgram.arrange(plan, device.open().context, device.options)
        #expect(arranged.steps.products.count { $0.isRectified } == products)
      }
      #expect(emulator.calls("cublasLtMatmul") == (products == 1 ? 4 : 1))
      #expect(try device.open().context.rectifiersKeepNaN(.float32) == (products == 1))
    }
  }

  /// From nothing to the first result of a step few programs are compiled: what the initial values need, and
  /// what the step needs.
  @Test func aColdStartCompilesFewPrograms() throws {
    let emulator = try Emulator()
    let workload = try #require(Workload.all.first { $0.name == "mlp1024-l2" })
    let device = try emulator.device(options: CUDAOptions())
    let step = try workload.model().prepare(on: device)
    _ = try step.run(
      Tensor<Float>.zeros([128, 784]), Tensor<Float>(repeating: 0.1, shape: [128, 10]))
    #expect(emulator.calls("nvrtcCompileProgram") == 2)
    if let folder = ProcessInfo.processInfo.environment["WEFT_WRITE_PROGRAMS"] {
      // What a cold start compiles, as one program: how long that takes is in docs/cuda.md.
      let program = KernelUnit.program(try device.open().library.units.sorted { $0.tag < $1.tag })
      let file = URL(filePath: folder).deletingLastPathComponent().appending(path: "start.cu")
      try program.write(to: file, atomically: true, encoding: .utf8)
    }
  }
}
