import Foundation
import Testing
import Weft

@testable import WeftTensorFlow

/// TensorFlow and TensorBoard judge what is written. `Scripts/interop/checkpoints-and-logs.sh` makes the
/// Python that has them, and names it in `WEFT_INTEROP_PYTHON`.
@Suite struct FileInteropTests {
  @Test(.enabled(if: interopPython != nil, "needs WEFT_INTEROP_PYTHON"))
  func tensorFlowRestoresOurCheckpoints() throws {
    try withTemporaryFolder { folder in
      let graph = Graph(seed: 1)
      let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
      let w = graph.variable(.truncatedNormal([3, 5]), name: "layer/w")
      let step = graph.globalStep()
      _ = graph.variable([[1, 2], [3, 4]] as Tensor<Double>, name: "double", trainable: false)
      _ = graph.variable([true, false] as Tensor<Bool>, name: "flags", trainable: false)
      _ = graph.variable(Tensor<Float16>([1.5, -2]), name: "half", trainable: false)
      _ = graph.variable(try Tensor<Int32>.zeros([0, 4]), name: "none", trainable: false)
      let loss = mean(square(dropout(matmul(x, w), keep: 0.5) - 1))
      let train = Adam().minimize(loss, globalStep: step)
      let session = try Session(graph)
      try session.initializeVariables()
      for number in 1...3 {
        try session.run(train, feeding: [x: [[1, 2, 3], [4, 5, 6]] as Tensor<Float>])
        // The second save under one name has its data in the other file.
        try Saver().save(session, to: folder + "/same/model")
        let extra = ["batch": Tensor<Int64>([7]).erased]
        try Saver().save(session, to: folder + "/model", globalStep: number, extra: extra)
      }
      try Saver().export(session, to: folder + "/values.npz")
      for prefix in ["/model-3", "/same/model"] {
        try runScript("checkpoints.py", [folder + prefix, folder + "/values.npz"])
      }
    }
  }

  @Test(.enabled(if: interopPython != nil, "needs WEFT_INTEROP_PYTHON"))
  func tensorBoardServesOurLogs() throws {
    try withTemporaryFolder { folder in
      try writeLogs(folder + "/run")
      try runScript("events.py", [folder + "/run"])
      // The browser's pages; the pictures stay where somebody wants to see them.
      let pages = """
        {"timeseries": ["loss", "weights", "input"], "scalars": ["loss", "accuracy"],
         "histograms": ["weights", "run"], "images": ["input/image/0"],
         "graphs": ["layer", "gradients", "Adam", "beta1_power"], "text": ["note", "hello"],
         "hparams": ["learning rate", "adam"]}
        """
      try Data(pages.utf8).write(to: URL(filePath: folder + "/pages.json"))
      let kept = ProcessInfo.processInfo.environment["WEFT_SCREENSHOTS"]
      try runScript(
        "pages.py", [folder + "/run", kept ?? folder + "/shots", folder + "/pages.json"])
    }
  }

  /// Two trainings, the second from before the end of the first, with everything that can be logged.
  private func writeLogs(_ folder: String) throws {
    for part in 0..<2 {
      let writer = try FileWriter(folder, resumingAt: part == 0 ? nil : 14)
      let graph = Graph(seed: 1)
      let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
      let y = graph.placeholder(Float.self, shape: [nil, 1], name: "y")
      let loss = graph.scope("layer") {
        let w = graph.variable(.truncatedNormal([3, 1]), name: "w")
        let b = graph.variable(.zeros([1]), name: "b")
        return mean(square(matmul(x, w) + b - y))
      }
      _ = summary.scalar("loss", loss)
      let train = Adam(learningRate: 0.05).minimize(loss)
      let session = try Session(graph)
      try session.initializeVariables()
      let images: Tensor<Float> = [[1, 2, 3], [4, 5, 6], [0, 1, 0]]
      let feeds: Feeds = [x: images, y: [[1], [0], [2]] as Tensor<Float>]
      if part == 0 {
        try writer.addGraph(graph)
        try writer.addHyperParameters(
          ["learning rate": .number(0.05), "optimizer": .text("adam"), "dropout": .flag(false)],
          metrics: ["loss"])
        let pictures = try Tensor<Float>(
          shape: [2, 20, 28, 1], scalars: (0..<1120).map { Float($0 % 37) })
        try writer.add(try SummaryValue.images("input", pictures.erased), step: 0)
        try writer.add([.text("note", "**hello**")], step: 0)
      }
      // The first part goes two steps further than the second one begins: they are dropped.
      for step in (part == 0 ? 0..<16 : 14..<40) {
        let trace = RunTrace()
        let (value, _) = try session.run(loss, train, feeding: feeds, trace: trace)
        let spread = Float(40 - step) / 10
        let weights = Tensor<Float>(
          (0..<400).map { spread * (Float($0 % 20 * ($0 % 13)) - 114) / 60 })
        try writer.add(
          [
            .scalar("loss", try #require(value.scalar)),
            .scalar("accuracy", 1 - 1 / Float(step + 2)),
            .histogram("weights", weights.erased),
          ], step: step)
        if step == 10 { try writer.addRunMetadata(trace, tag: "step 10", step: step) }
      }
      try writer.finishHyperParameters(part == 0 ? .failure : .success)
      try writer.close()
    }
  }
}

/// The Python that has TensorFlow and TensorBoard.
let interopPython = ProcessInfo.processInfo.environment["WEFT_INTEROP_PYTHON"]

/// Runs a script of Scripts/interop, which must succeed.
func runScript(_ script: String, _ arguments: [String]) throws {
  let process = Process()
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
  process.executableURL = URL(fileURLWithPath: try #require(interopPython))
  process.arguments = [root.appending(path: "Scripts/interop/\(script)").path] + arguments
  process.environment = ProcessInfo.processInfo.environment.merging(
    ["TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"]) { $1 }
  let output = Pipe()
  process.standardOutput = output
  process.standardError = output
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  let printed = String(decoding: text, as: UTF8.self)
  print(printed)
  #expect(process.terminationStatus == 0, "\(printed)")
}
