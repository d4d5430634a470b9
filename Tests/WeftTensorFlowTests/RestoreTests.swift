import Testing
import Weft

@testable import WeftTensorFlow

@Suite struct RestoreTests {
  private func session(_ build: (Graph) -> Void) throws -> Session {
    let graph = Graph(seed: 1)
    build(graph)
    let session = try Session(graph)
    try session.initializeVariables()
    return session
  }

  private func saved(_ folder: String) throws -> String {
    let session = try session { graph in
      _ = graph.variable([1, 2, 3] as Tensor<Float>, name: "v1")
      _ = graph.variable([[1, 2, 3], [4, 5, 6]] as Tensor<Float>, name: "v2")
      _ = graph.variable([7] as Tensor<Float>, name: "v3")
      _ = graph.variable(Tensor<Int64>(9), name: "global_step", trainable: false)
      graph.scope("logits") {
        _ = graph.variable(Tensor<Float>([Float](repeating: 8, count: 45)), name: "bias")
      }
    }
    return try Saver().save(session, to: folder + "/model", globalStep: 9)
  }

  /// The graph's `v1_5` was `v1` when the checkpoint was saved, `logits/bias` had another size.
  private func changed() throws -> Session {
    try session { graph in
      _ = graph.variable([0, 0, 0] as Tensor<Float>, name: "v1")
      _ = graph.variable([[0, 0, 0], [0, 0, 0]] as Tensor<Float>, name: "v2")
      _ = graph.variable([0] as Tensor<Float>, name: "v3")
      _ = graph.variable(Tensor<Int64>(0), name: "global_step", trainable: false)
      _ = graph.variable([0, 0, 0] as Tensor<Float>, name: "v1_5")
      graph.scope("logits") {
        _ = graph.variable(Tensor<Float>([Float](repeating: 0, count: 47)), name: "bias")
      }
    }
  }

  @Test func everyDifferenceIsNamedAtOnce() throws {
    try withTemporaryFolder { folder in
      let prefix = try saved(folder)
      let text =
        "restored 4 of 6. Not in the file: 'v1_5' (closest: 'v1', same type and shape). "
        + "Shapes differ: 'logits/bias' [47] here, [45] in the file"
      let strict = try changed()
      let error = #expect(throws: CheckpointError.self) {
        try Saver().restore(strict, from: prefix)
      }
      #expect(error?.code == .mismatch)
      #expect(error?.description == text)

      let matching = try changed()
      let report = try Saver().restore(matching, from: prefix, .matching)
      #expect(report.description == text)
      #expect(report.restored == ["global_step", "v1", "v2", "v3"])
      #expect(report.unused.isEmpty)
      for session in [strict, matching] {
        let values = try session.graph.variables.map { try session.value(of: $0).doubles }
        #expect(values[0] == [1, 2, 3])
        #expect(values[3] == [9])
        #expect(values[4] == [0, 0, 0])
        #expect(values[5] == [Double](repeating: 0, count: 47))
      }
    }
  }

  @Test func typesAndRenamesAreNamedToo() throws {
    try withTemporaryFolder { folder in
      let prefix = try saved(folder)
      let other = try session { graph in
        _ = graph.variable([0, 0, 0] as Tensor<Double>, name: "v1")
        _ = graph.variable([0, 0, 0] as Tensor<Float>, name: "v2")
        _ = graph.variable([0, 0] as Tensor<Float>, name: "quite_another_name")
      }
      let report = try Saver().restore(
        other, from: prefix, RestoreOptions(mode: .matching, rename: ["nothing": "v1"]))
      #expect(
        report.description
          == "restored 0 of 3. Not in the file: 'quite_another_name'. "
          + "Shapes differ: 'v2' [3] here, [2, 3] in the file. "
          + "Types differ: 'v1' float64 here, float32 in the file. "
          + "No such variables to rename: 'nothing'")
      #expect(report.unused == ["global_step", "logits/bias", "v3"])
    }
  }

  @Test func optimizerSlotsAreLeftAlone() throws {
    func build(_ optimizer: some Optimizer) throws -> Session {
      let graph = Graph(seed: 1)
      let w = graph.variable([1, 2, 3] as Tensor<Float>, name: "w")
      let average = graph.variable([0, 0] as Tensor<Float>, name: "norm/mean", trainable: false)
      _ = optimizer.minimize(l2Loss(w) + 0 * sum(average))
      let session = try Session(graph)
      try session.initializeVariables()
      return session
    }
    try withTemporaryFolder { folder in
      let plain = try build(GradientDescent(learningRate: 0.1))
      try Saver().save(plain, to: folder + "/m")
      let adam = try build(Adam())
      let error = #expect(throws: CheckpointError.self) { try Saver().restore(adam, from: folder) }
      #expect(error?.message.hasPrefix("restored 2 of 6. Not in the file: 'beta1_power'") == true)
      let report = try Saver().restore(adam, from: folder, .withoutOptimizerSlots)
      #expect(report.restored == ["norm/mean", "w"])
      #expect(report.skipped == ["beta1_power", "beta2_power", "w/Adam", "w/Adam_1"])
    }
  }

  @Test func distances() {
    #expect(ClosestName.distance("kitten", "sitting") == 3)
    #expect(ClosestName.distance("", "abc") == 3)
    #expect(ClosestName.distance("v1_5", "v1") == 2)
  }
}
