import Testing
import Weft
import WeftCUDA

/// Steps that take a part of data which lie on the device, where a number of the run says.
@Suite struct WindowTests {
  struct Model {
    let graph = Graph(seed: 3)
    let offset: Node<Int32>
    let w: Variable<Float>
    let loss: Node<Float>
    let train: GraphOperation

    init() throws {
      offset = graph.placeholder(Int32.self, shape: [], name: "offset")
      let images = graph.variable(.truncatedNormal([40, 6]), name: "images", trainable: false)
      let ones = (0..<160).map { $0 % 4 == $0 / 4 % 4 ? Float(1) : 0 }
      let classes = graph.constant(try Tensor<Float>(shape: [40, 4], scalars: ones))
      let zero = graph.constant(Tensor<Int32>(0))
      let begin = stack([offset, zero])
      let x = slice(images, begin: begin, size: graph.constant(Tensor<Int32>([8, 6])))
      let labels = slice(classes, begin: begin, size: graph.constant(Tensor<Int32>([8, 4])))
      w = graph.variable(.truncatedNormal([6, 4]), name: "w")
      loss = mean(softmaxCrossEntropy(logits: matmul(x, w), labels: labels))
      train = GradientDescent(learningRate: 0.5).minimize(loss)
    }

    func session(_ device: any Device) throws -> Session {
      let session = try Session(graph, device: device)
      try session.initializeVariables()
      return session
    }

    func plan() throws -> ExecutionPlan {
      try #require(
        try session(CPUDevice(threads: 1)).plan(
          of: [loss.output], targets: [train], feeding: [offset: Tensor<Int32>(0)]))
    }

    func losses(_ session: Session) throws -> [Float] {
      try [0, 32, 5, 17, 0].map {
        try session.run(train, loss, feeding: [offset: Tensor<Int32>($0)]).1.scalar ?? .nan
      }
    }
  }

  @Test func aBatchIsAWindowOfTheData() throws {
    let device = try Emulator.shared.get().device()
    let model = try Model()
    let expected = try model.losses(model.session(CPUDevice.shared))
    let session = try model.session(device)
    let found = try model.losses(session)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 2e-5) }
    #expect(device.hostSteps == [:])
    // Both windows are one launch.
    let windows = try device.listing(of: model.plan()).filter { $0.contains("slice") }
    #expect(windows.count == 1, "\(windows)")
  }

  @Test(arguments: [-1, 33, Int32.max]) func aWindowOutsideChangesNothing(_ offset: Int32) throws {
    let model = try Model()
    let session = try model.session(try Emulator.shared.get().device())
    let before = try session.value(of: model.w)
    let error = #expect(throws: GraphError.self) {
      try session.run(model.train, model.loss, feeding: [model.offset: Tensor<Int32>(offset)])
    }
    #expect(error?.code == .invalidShape)
    #expect(
      error?.message
        == "the block of size [8, 6] that begins at \(offset) on axis 0 lies outside [40, 6]")
    #expect(try session.value(of: model.w) == before)
    _ = try model.losses(session)
    #expect(try session.value(of: model.w) != before)
  }
}
