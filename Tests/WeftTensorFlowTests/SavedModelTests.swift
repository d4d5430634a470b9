import Foundation
import ReferenceCorpus
import Testing
import Weft
import WeftTensorFlow

@Suite struct SavedModelTests {
  /// Models that TensorFlow wrote, with what they answer.
  @Test(arguments: ["tf1", "tf1_resource", "tf2"]) func modelsOfTensorFlow(_ name: String) throws {
    let folder = fixture("tensorflow/saved_models").path
    let saved = try SavedModel(contentsOf: "\(folder)/\(name)")
    #expect(saved.tags == ["serve"])
    #expect(saved.signatures["serving_default"]?.inputs.keys.sorted() == ["features"])
    let graph = Graph()
    let model = try saved.add(to: graph, prefix: name == "tf2" ? "net" : "")
    let session = try Session(graph)
    try model.restore(session)
    let feeds = try NPZ.read(contentsOf: "\(folder)/\(name).feeds.npz")
    let expected = try NPZ.read(contentsOf: "\(folder)/\(name).expected.npz")
    let answers = try model.run(session, feeds)
    #expect(answers.keys.sorted() == expected.keys.sorted())
    for (key, value) in expected {
      let answer = try #require(answers[key])
      #expect(answer.dtype == value.dtype && answer.shape == value.shape)
      for (a, b) in zip(answer.doubles, value.doubles) { #expect(abs(a - b) < 1e-6) }
    }
  }

  private struct Sample {
    let graph = Graph(seed: 2)
    let x: Node<Float>
    let scores: Node<Float>
    let best: Node<Int64>
    let session: Session

    init() throws {
      x = graph.placeholder(shape: [nil, 6], name: "x")
      let w = graph.variable(.truncatedNormal([6, 4]), name: "dense/w")
      let b = graph.variable(.constant(0.5, [4]), name: "dense/b")
      _ = graph.variable(.zeros([3]), name: "unused")
      scores = softmax(matmul(x, w) + b, name: "scores")
      best = argMax(scores, axis: 1)
      session = try Session(graph)
      try session.initializeVariables()
    }

    var signature: ModelSignature {
      ModelSignature(inputs: ["features": x], outputs: ["scores": scores, "best": best])
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    try withTemporaryFolder { folder in
      let sample = try Sample()
      let path = folder + "/model"
      try SavedModel.write(
        sample.session, to: path, signatures: ["serving_default": sample.signature])
      #expect(try names(in: path) == ["saved_model.pb", "variables"])
      let saved = try SavedModel(contentsOf: path)
      #expect(saved.signatures["serving_default"] == sample.signature)
      #expect(saved.graph.variables.map(\.name) == ["dense/w", "dense/b"])
      let graph = Graph()
      let model = try saved.add(to: graph)
      let session = try Session(graph)
      try model.restore(session)
      let value: Tensor<Float> = [[1, 2, 3, 4, 5, 6], [-1, 0, 1, 0, -1, 0]]
      let answers = try model.run(session, ["features": value.erased])
      let (scores, best) = try sample.session.run(
        sample.scores, sample.best, feeding: [sample.x: value])
      #expect(answers["scores"] == scores.erased && answers["best"] == best.erased)
      let again = #expect(throws: GraphError.self) {
        try SavedModel.write(
          sample.session, to: path, signatures: ["serving_default": sample.signature])
      }
      #expect(again?.message.contains("holds a model already") == true)
    }
  }

  @Test func errorsSayWhatThereIs() throws {
    try withTemporaryFolder { folder in
      let sample = try Sample()
      let path = folder + "/model"
      try SavedModel.write(sample.session, to: path, signatures: ["f": sample.signature])
      let saved = try SavedModel(contentsOf: path)
      let graph = Graph()
      let model = try saved.add(to: graph)
      let session = try Session(graph)
      let name = #expect(throws: GraphError.self) { try model.run(session, [:]) }
      #expect(name?.notes == ["it has 'f'"])
      let missing = #expect(throws: GraphError.self) { try model.run(session, [:], signature: "f") }
      #expect(missing?.message.contains("takes 'features'") == true)
      let tags = #expect(throws: GraphError.self) {
        try SavedModel(contentsOf: path, tags: ["train"])
      }
      #expect(tags?.notes == ["it has [serve]"])
      let nothing = #expect(throws: GraphError.self) { try SavedModel(contentsOf: folder) }
      #expect(nothing?.message.contains("has neither saved_model.pb") == true)
      let foreign = Graph().placeholder(Float.self, shape: [], name: "stranger")
      let other = ModelSignature(inputs: ["x": foreign], outputs: [:])
      let stranger = #expect(throws: GraphError.self) {
        try SavedModel.write(sample.session, to: folder + "/other", signatures: ["f": other])
      }
      #expect(stranger?.code == .foreignNode)
    }
  }

  @Test func damagedModelsAreErrors() throws {
    let folder = fixture("tensorflow/saved_models").path
    let bytes = try Data(contentsOf: URL(filePath: "\(folder)/tf2/saved_model.pb"))
    var numbers = TestNumbers(state: 4)
    try withTemporaryFolder { path in
      for _ in 0..<150 {
        var damaged = bytes
        for _ in 0..<1 + numbers.below(4) {
          damaged[numbers.below(damaged.count)] = UInt8(numbers.below(256))
        }
        if numbers.below(3) == 0 { damaged = damaged.prefix(numbers.below(damaged.count)) }
        try damaged.write(to: URL(filePath: path + "/saved_model.pb"))
        // Whatever it is, it is an error or a graph.
        if let saved = try? SavedModel(contentsOf: path) { _ = try? saved.add(to: Graph()) }
      }
    }
  }

  /// Models for TensorFlow to load, where a script asks for them.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["WEFT_INTEROP_MODELS"] != nil))
  func modelsForTensorFlow() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["WEFT_INTEROP_MODELS"])
    let sample = try Sample()
    try SavedModel.write(
      sample.session, to: folder + "/weft", signatures: ["serving_default": sample.signature])
    let value: Tensor<Float> = [[1, 2, 3, 4, 5, 6], [-1, 0, 1, 0, -1, 0], [0, 0, 0, 0, 0, 9]]
    let (scores, best) = try sample.session.run(
      sample.scores, sample.best, feeding: [sample.x: value])
    try NPZ.write(["features": value.erased], to: folder + "/weft.feeds.npz")
    try NPZ.write(
      ["scores": scores.erased, "best": best.erased], to: folder + "/weft.expected.npz")
  }

  /// Models that TensorFlow has just made, where a script asks for it.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["WEFT_INTEROP_MADE"] != nil))
  func modelsThatTensorFlowHasJustMade() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["WEFT_INTEROP_MADE"])
    for name in ["tf1", "tf1_resource", "tf2", "keras"] {
      let graph = Graph()
      let model = try SavedModel(contentsOf: "\(folder)/\(name)").add(to: graph)
      let session = try Session(graph)
      try model.restore(session)
      let answers = try model.run(
        session, try NPZ.read(contentsOf: "\(folder)/\(name).feeds.npz"))
      for (key, value) in try NPZ.read(contentsOf: "\(folder)/\(name).expected.npz") {
        let answer = try #require(answers[key], "\(name)")
        #expect(answer.shape == value.shape)
        for (a, b) in zip(answer.doubles, value.doubles) { #expect(abs(a - b) < 1e-5, "\(name)") }
      }
    }
  }
}
