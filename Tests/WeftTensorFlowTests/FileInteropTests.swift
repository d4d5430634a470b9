import Foundation
import Testing
import Weft

@testable import WeftTensorFlow

/// TensorFlow and TensorBoard judge what is written. `Scripts/interop/checkpoints-and-logs.sh` makes the
/// Python that has them, and names it in `WEFT_INTEROP_PYTHON`.
@Suite struct FileInteropTests {
  private static let python = ProcessInfo.processInfo.environment["WEFT_INTEROP_PYTHON"]

  private func run(_ script: String, _ arguments: [String]) throws {
    let process = Process()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = [root.appending(path: "Scripts/interop/\(script)").path] + arguments
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

  @Test(.enabled(if: python != nil, "needs WEFT_INTEROP_PYTHON"))
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
        try run("checkpoints.py", [folder + prefix, folder + "/values.npz"])
      }
    }
  }

  @Test(.enabled(if: python != nil, "needs WEFT_INTEROP_PYTHON"))
  func tensorBoardServesOurLogs() throws {
    try withTemporaryFolder { folder in
      for part in 0..<2 {
        let writer = try FileWriter(folder + "/run", resumingAt: part == 0 ? nil : 4)
        if part == 0 {
          try writer.addHyperParameters(
            ["learning rate": .number(0.1), "optimizer": .text("adam")], metrics: ["loss"])
          let images = try Tensor<Float>(
            shape: [2, 20, 28, 1], scalars: (0..<1120).map { Float($0 % 37) })
          try writer.add(try SummaryValue.images("input", images.erased), step: 0)
          try writer.add([.text("note", "**hello**")], step: 0)
        }
        // The first part goes two steps further than the second one begins: they are dropped.
        for step in (part == 0 ? 0..<6 : 4..<10) {
          let weights = Tensor<Float>((0..<100).map { Float($0 - 50) * Float(step) }).erased
          try writer.add(
            [.scalar("loss", 1 / Float(step + 1)), .histogram("weights", weights)], step: step)
        }
        try writer.finishHyperParameters(part == 0 ? .failure : .success)
        try writer.close()
      }
      try run("events.py", [folder + "/run"])
    }
  }
}
