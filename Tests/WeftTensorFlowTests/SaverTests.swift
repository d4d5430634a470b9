import Testing
import Weft

@testable import WeftTensorFlow

@Suite struct SaverTests {
  /// A network with dropout, a decaying rate and Adam: all that a training may carry along.
  private struct Model {
    let graph: Graph
    let x: Node<Float>
    let train: GraphOperation
    let loss: Node<Float>

    init(seed: Int? = 3) {
      graph = Graph(seed: seed)
      x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
      let w = graph.variable(.truncatedNormal([3, 5]), name: "w")
      let b = graph.variable(.zeros([5]), name: "b")
      let step = graph.globalStep()
      let hidden = dropout(relu(matmul(x, w) + b), keep: 0.5)
      loss = mean(square(hidden - 1))
      let rate = exponentialDecay(0.1, step, 3, 0.5)
      train = Adam(learningRate: rate).minimize(loss, globalStep: step)
    }

    func batch(_ index: Int) throws -> Tensor<Float> {
      try Tensor(shape: [4, 3], scalars: (0..<12).map { Float(($0 * 7 + index * 5) % 11) / 6 - 1 })
    }
  }

  private func equal(_ a: Session, _ b: Session) throws {
    for (x, y) in zip(a.graph.variables, b.graph.variables) {
      #expect(x.name == y.name)
      let (first, second) = (try a.value(of: x), try b.value(of: y))
      #expect(first.hasSameBits(as: second), "\(x.name)")
    }
  }

  /// Without a seed of the graph every session draws its own: those must go on too.
  @Test(arguments: [3, nil])
  func aResumedTrainingGivesTheSameBits(_ seed: Int?) throws {
    try withTemporaryFolder { folder in
      let model = Model(seed: seed)
      let session = try Session(model.graph)
      try session.initializeVariables()
      var losses: [Float] = []
      for index in 0..<12 {
        if index == 5 {
          let position = Tensor(Int64(index)).erased
          try Saver().save(
            session, to: folder + "/run/model", globalStep: index, extra: ["batch": position])
        }
        let (l, _) = try session.run(
          model.loss, model.train, feeding: [model.x: model.batch(index)])
        losses.append(try #require(l.scalar))
      }

      let again = Model(seed: seed)
      let other = try Session(again.graph)
      let report = try #require(try Saver().restoreLatest(other, in: folder + "/run"))
      #expect(report.description == "restored 9 of 9")
      #expect(report.globalStep == 5)
      #expect(report.hasRandomStreams)
      let start = try #require(report.extra["batch"]?.typed(Int64.self)?.scalar)
      for index in Int(start)..<12 {
        let (l, _) = try other.run(again.loss, again.train, feeding: [again.x: again.batch(index)])
        #expect(l.scalar?.bitPattern == losses[index].bitPattern)
      }
      try equal(session, other)
    }
  }

  @Test func aFolderWithoutCheckpointsRestoresNothing() throws {
    try withTemporaryFolder { folder in
      let session = try Session(Model().graph)
      #expect(try Saver().restoreLatest(session, in: folder) == nil)
      let error = #expect(throws: CheckpointError.self) {
        try Saver().restore(session, from: folder)
      }
      #expect(
        error?.message == "there is no checkpoint in '\(folder)': it has no file 'checkpoint'")
    }
  }

  @Test func allThreeFormatsRestoreTheSame() throws {
    try withTemporaryFolder { folder in
      let model = Model()
      let session = try Session(model.graph)
      try session.initializeVariables()
      try session.run(model.train, feeding: [model.x: model.batch(1)])
      let saver = Saver()
      let prefix = try saver.save(session, to: folder + "/model")
      try saver.export(session, to: folder + "/model.npz")
      try saver.export(session, to: folder + "/model.safetensors")
      for path in [
        prefix, prefix + ".index", prefix + ".data-00000-of-00001", folder, folder + "/checkpoint",
        folder + "/model.npz", folder + "/model.safetensors",
      ] {
        let other = try Session(Model().graph)
        #expect(try saver.restore(other, from: path).isComplete)
        try equal(session, other)
      }
      #expect(throws: CheckpointError.self) { try saver.export(session, to: folder + "/a.bin") }
    }
  }

  @Test func aSubsetUnderOtherNames() throws {
    try withTemporaryFolder { folder in
      let graph = Graph(seed: 1)
      let a = graph.variable([1, 2] as Tensor<Float>, name: "a")
      let b = graph.variable([3, 4, 5] as Tensor<Double>, name: "b")
      let session = try Session(graph)
      try session.initializeVariables()
      try Saver([a.erased]).save(session, to: folder + "/a")
      #expect(try Checkpoint(folder + "/a").entries.map(\.name) == ["a"])
      try Saver(named: ["x/y": b.erased]).save(session, to: folder + "/b")
      #expect(try Checkpoint(folder + "/b").entries.map(\.description) == ["x/y float64[3]"])

      try session.load([0, 0, 0], into: b)
      let report = try Saver([b.erased]).restore(
        session, from: folder + "/b", RestoreOptions(rename: ["b": "x/y"]))
      #expect(report.restored == ["b"])
      #expect(try session.value(of: b) == [3, 4, 5])
    }
  }

  @Test func variablesWithoutValueAreNamed() throws {
    try withTemporaryFolder { folder in
      let session = try Session(Model().graph)
      let error = #expect(throws: GraphError.self) { try Saver().save(session, to: folder + "/m") }
      #expect(error?.code == .uninitializedVariable)
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }
}
