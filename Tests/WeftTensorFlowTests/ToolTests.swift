import Foundation
import Testing
import Weft
import WeftTensorFlow

/// The `weft` command as people call it.
@Suite struct ToolTests {
  /// A trained model: its graph, a checkpoint, feeds.
  private func withModel(_ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let graph = Graph(seed: 1)
      let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
      let w = graph.variable(.truncatedNormal([3, 5]), name: "w")
      let b = graph.variable(.zeros([5]), name: "b")
      _ = softmax(matmul(x, w) + b, name: "softmax")
      let session = try Session(graph)
      try session.initializeVariables()
      try GraphExport(graph).write(to: folder + "/model.pb")
      try Saver().save(session, to: folder + "/model", globalStep: 7)
      let rows: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
      try NPZ.write(["x:0": rows.erased], to: folder + "/in.npz")
      try body(folder)
    }
  }

  private func weft(_ arguments: String...) throws -> (status: Int32, printed: String) {
    try runProduct("weft", arguments)
  }

  @Test func inspectShowsGraphsAndCheckpoints() throws {
    try withModel { folder in
      let graph = try weft("inspect", folder + "/model.pb")
      #expect(graph.status == 0)
      #expect(graph.printed.contains("1 placeholder\n  x  float32  [?, 3]"))
      #expect(graph.printed.contains("w  float32  [3, 5]  60 B"))
      #expect(graph.printed.contains("2 variables of 20 elements, 80 B"))
      for name in ["model-7", "model-7.index", "model-7.data-00000-of-00001", "checkpoint", ""] {
        let shown = try weft("inspect", "\(folder)/\(name)")
        #expect(shown.printed.contains("float32  [3, 5]  60 B"), "\(shown.printed)")
      }
    }
  }

  @Test func inspectShowsArraysAndLogs() throws {
    try withModel { folder in
      let arrays = try weft("inspect", folder + "/in.npz")
      #expect(arrays.printed.contains("1 array\n  x:0  float32  [2, 3]  24 B\n\n6 elements, 24 B"))
      let writer = try FileWriter(folder + "/run")
      for step in 0..<3 { try writer.add([.scalar("loss", Float(step))], step: step) }
      try writer.close()
      let log = try weft("inspect", folder + "/run", "--nodes")
      #expect(log.printed.contains("loss  scalar  3  steps 0 to 2  last 2.0"))
      #expect(log.printed.contains("5 events, steps 0 to 2, 1 session starts"))
    }
  }

  @Test func runGivesResultsAndATrace() throws {
    try withModel { folder in
      let outcome = try weft(
        "run", folder + "/model.pb", "--restore", folder + "/model-7", "--feeds",
        folder + "/in.npz", "--fetch", "softmax:0", "--out", folder + "/out.npz", "--trace",
        folder + "/trace.json")
      #expect(outcome.status == 0, "\(outcome.printed)")
      let results = try NPZ.read(contentsOf: folder + "/out.npz")
      #expect(results["softmax:0"]?.shape == [2, 5])
      let trace = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: folder + "/trace.json")))
      let events = try #require((trace as? [String: Any])?["traceEvents"] as? [[String: Any]])
      #expect(events.contains { $0["cat"] as? String == "run" })
      #expect(events.count > 3)
    }
  }

  @Test func wrongCallsSayWhatToDo() throws {
    try withModel { folder in
      func complaint(_ arguments: [String]) throws -> String {
        let outcome = try runProduct("weft", arguments)
        #expect(outcome.status != 0)
        return outcome.printed
      }
      let model = folder + "/model.pb"
      #expect(
        try complaint(["run", folder + "/none.pb", "--fetch", "a"])
          .contains("none.pb': No such file"))
      #expect(try complaint(["run", model, "--fetch", "sofmax:0"]).contains("there is 'softmax'"))
      try NPZ.write(["x:0": try Tensor<Float>.zeros([2, 4]).erased], to: folder + "/bad.npz")
      let shape = try complaint([
        "run", model, "--restore", folder + "/model-7", "--feeds", folder + "/bad.npz", "--fetch",
        "softmax:0",
      ])
      #expect(shape.contains("[2, 4]") && shape.contains("[?, 3]"))
      #expect(
        try complaint(["run", model, "--restore", folder + "/model-7", "--fetch", "softmax:0"])
          .contains("placeholder 'x'"))
      #expect(try complaint(["inspect", folder + "/none"]).contains("none"))
      #expect(try complaint(["convert", model, folder + "/x.npz"]).contains("different things"))
      #expect(try complaint(["train", model]).contains("--target"))
    }
  }

  @Test func tensorsGoRoundAllForms() throws {
    try withModel { folder in
      for (from, to) in [
        ("model-7", "a.safetensors"), ("a.safetensors", "b.npz"), ("b.npz", "c"), ("c", "d.npz"),
      ] {
        let outcome = try weft("convert", "\(folder)/\(from)", "\(folder)/\(to)")
        #expect(outcome.status == 0, "\(outcome.printed)")
      }
      let first = try Checkpoint(folder + "/model-7")
      let last = try NPZ.read(contentsOf: folder + "/d.npz")
      #expect(last.keys.sorted() == ["b", "w"])
      #expect(last["w"]?.hasSameBits(as: try first.tensor(named: "w")) == true)
    }
  }

  @Test func aFrozenGraphNeedsNoCheckpoint() throws {
    try withModel { folder in
      let frozen = try weft(
        "convert", folder + "/model.pb", folder + "/frozen.pb", "--freeze", folder + "/model-7",
        "--outputs", "softmax:0")
      #expect(frozen.status == 0, "\(frozen.printed)")
      let model = try GraphImport(contentsOf: folder + "/frozen.pb")
      #expect(model.variables.isEmpty)
      #expect(model.outputs == ["softmax"])
      let feeds = ["--feeds", folder + "/in.npz", "--fetch", "softmax:0", "--out"]
      _ = try runProduct(
        "weft",
        ["run", folder + "/model.pb", "--restore", folder + "/model-7"] + feeds
          + [folder + "/1.npz"])
      _ = try runProduct("weft", ["run", folder + "/frozen.pb"] + feeds + [folder + "/2.npz"])
      let one = try #require(try NPZ.read(contentsOf: folder + "/1.npz")["softmax:0"])
      let two = try #require(try NPZ.read(contentsOf: folder + "/2.npz")["softmax:0"])
      #expect(zip(one.doubles, two.doubles).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func doctorFindsTheLibraries() throws {
    let outcome = try weft("doctor")
    #expect(outcome.status == 0)
    for word in ["threads", "OpenBLAS", "zlib", "libpng", "GPU", "agree with the reference"] {
      #expect(outcome.printed.contains(word))
    }
    #expect(!outcome.printed.contains("not found"), "\(outcome.printed)")
  }

  @Test(arguments: ["run", "inspect", "convert", "train", "bench", "doctor"])
  func helpIsThere(_ command: String) throws {
    let outcome = try weft(command, "--help")
    #expect(outcome.status == 0)
    #expect(outcome.printed.contains("USAGE: weft \(command)"))
  }
}
