import Testing
import Weft
import WeftCUDA

/// What a step of the benchmark's workloads issues on a GPU, which is what it costs where launches are
/// all there is to it. The workloads are the benchmark's own (a link to its source).
@Suite struct LaunchTests {
  private static let expected: [String: (launches: Int, products: Int, moves: Int)] = [:]

  @Test func aStepIssuesAsMuchAsRecorded() throws {
    let emulator = try Emulator.shared.get()
    let device = try emulator.device()
    for workload in Workload.all {
      let model = workload.model()
      let session = try Session(model.graph, device: CPUDevice(threads: 1))
      let plan = try #require(
        try session.plan(
          of: [model.loss.output, model.prediction.output], targets: [model.train],
          feeding: [
            model.x: try Tensor<Float>.zeros([workload.batch, 784]),
            model.labels: try Tensor<Float>.zeros([workload.batch, 10]),
          ]))
      let counts = try device.counts(of: plan)
      print("\(workload.name): \(counts)")
    }
  }
}
