import CAllocationCounter
import ReferenceCorpus
import Testing
import Weft

/// Exact facts of the benchmark's workloads, which hold on every machine: launches, memory,
/// allocations, bits. The workloads are the benchmark's own (a link to its source).
@Suite(.serialized) struct WorkloadTests {
  static let names = Workload.all.map(\.name)

  private static func workload(_ name: String) throws -> Workload {
    try #require(Workload.all.first { $0.name == name })
  }

  private static func batch(_ workload: Workload, _ number: Int) throws -> (
    images: Tensor<Float>, labels: Tensor<Float>
  ) {
    let pixels = (0..<workload.batch * 784).map {
      Float(($0 &* 2_654_435_761 &+ number &* 97) % 256) / 255 - 0.5
    }
    let classes = (0..<workload.batch * 10).map {
      Float($0 % 10 == ($0 / 10 + number) % 10 ? 1 : 0)
    }
    return (
      try Tensor(shape: [workload.batch, 784], scalars: pixels),
      try Tensor(shape: [workload.batch, 10], scalars: classes)
    )
  }

  @Test func launchesAndMemoryAreAsRecorded() throws {
    var lines = ["workload launches arena-bytes"]
    for name in Self.names {
      let workload = try Self.workload(name)
      let model = workload.model()
      let session = try Session(model.graph, device: CPUDevice(threads: 1))
      let (images, labels) = try Self.batch(workload, 0)
      let report = try session.report(
        model.train, model.loss, model.prediction, feeding: [model.x: images, model.labels: labels])
      lines.append("\(name) \(report.launches) \(report.arenaBytes)")
    }
    #expect(try goldenMismatch(lines.joined(separator: "\n"), "workloads.txt") == nil)
  }

  @Test(arguments: names) func aSteadyStepAllocatesNothing(_ name: String) throws {
    let workload = try Self.workload(name)
    let step = try workload.model().prepare(on: CPUDevice(threads: 2))
    let (images, labels) = try Self.batch(workload, 0)
    for _ in 0..<3 { _ = try step.run(images, labels) }
    let before = allocation_count()
    for _ in 0..<5 { _ = try step.run(images, labels) }
    #expect(allocation_count() - before == 0)
  }

  @Test(arguments: names) func theResultsAreTheSameBits(_ name: String) throws {
    let workload = try Self.workload(name)
    let batches = try (0..<4).map { try Self.batch(workload, $0) }
    func results(threads: Int) throws -> [AnyTensor] {
      let model = workload.model()
      let session = try Session(model.graph, device: CPUDevice(threads: threads))
      try session.initializeVariables()
      let step = try session.prepare(
        model.train, model.loss, model.prediction, feeding: model.x, model.labels)
      var found: [AnyTensor] = []
      for batch in batches {
        let (_, loss, prediction) = try step.run(batch.images, batch.labels)
        #expect(try #require(loss.scalar).isFinite)
        found += [AnyTensor(loss), AnyTensor(prediction)]
      }
      for variable in model.graph.variables { found.append(try session.value(of: variable)) }
      return found
    }
    let one = try results(threads: 1)
    let again = try results(threads: 2)
    let two = try results(threads: 2)
    #expect(one.count == two.count)
    for index in one.indices {
      #expect(two[index].hasSameBits(as: again[index]), "result \(index) of two runs")
      #expect(two[index].hasSameBits(as: one[index]), "result \(index) on one thread and on two")
    }
    // The steps do something: the losses differ.
    #expect(!one[0].hasSameBits(as: one[2]))
  }
}
