import Synchronization
import Testing
import Weft

@testable import WeftTensorFlow

@Suite struct RetentionTests {
  private func session() throws -> Session {
    let graph = Graph(seed: 1)
    _ = graph.variable([1, 2] as Tensor<Float>, name: "v")
    let session = try Session(graph)
    try session.initializeVariables()
    return session
  }

  private func steps(in folder: String) throws -> [Int] {
    try names(in: folder).filter { $0.hasSuffix(".index") }
      .compactMap { Int($0.dropFirst(2).dropLast(6)) }.sorted()
  }

  @Test func theLatestFiveAreKeptByALaterSaverToo() throws {
    try withTemporaryFolder { folder in
      let session = try session()
      let first = Saver()
      for step in 0..<4 { try first.save(session, to: folder + "/m", globalStep: step) }
      let second = Saver()
      for step in 4..<8 { try second.save(session, to: folder + "/m", globalStep: step) }
      #expect(try steps(in: folder) == [3, 4, 5, 6, 7])
      #expect(try names(in: folder).count == 11)
      let state = try #require(try CheckpointState.read(in: folder))
      #expect(state.latest == folder + "/m-7")
      #expect(state.all == (3..<8).map { "\(folder)/m-\($0)" })
      let text = String(decoding: try File.read(folder + "/checkpoint"), as: UTF8.self)
      #expect(text.contains("model_checkpoint_path: \"m-7\"\n"))
    }
  }

  @Test func theBestAreKeptBesides() throws {
    try withTemporaryFolder { folder in
      let session = try session()
      let accuracies = [0.1, 0.9, 0.3, 0.8, 0.2, .nan, 0.4]
      for (step, accuracy) in accuracies.enumerated() {
        // Each a saver of its own: what an earlier one measured is read from its checkpoints.
        let saver = Saver(retention: Retention(latest: 2, best: 2))
        try saver.save(session, to: folder + "/m", globalStep: step, metric: accuracy)
      }
      #expect(try steps(in: folder) == [1, 3, 5, 6])
      let lowest = Saver(retention: Retention(latest: 1, best: 1, better: .lower))
      for (step, loss) in [(10, 3.0), (11, 0.01), (12, 2), (13, 1)] {
        try lowest.save(session, to: folder + "/n", globalStep: step, metric: loss)
      }
      #expect(try steps(in: folder) == [11, 13])
    }
  }

  @Test func oneForEachHourIsKeptForGood() throws {
    try withTemporaryFolder { folder in
      let session = try session()
      let time = Mutex(1000.0)
      let saver = Saver(
        named: nil, retention: Retention(latest: 1, everyHours: 1),
        clock: { time.withLock { $0 } })
      for step in 0..<10 {
        time.withLock { $0 += 1500 }
        try saver.save(session, to: folder + "/m", globalStep: step)
      }
      // At 1500, 3000, 4500, ... seconds after the start: the first beyond each hour since the last.
      #expect(try steps(in: folder) == [2, 5, 8, 9])
      #expect(try CheckpointState.read(in: folder)?.all == [folder + "/m-9"])
    }
  }

  @Test func aSecondSaveUnderTheSameNameReplacesTheFirst() throws {
    try withTemporaryFolder { folder in
      let session = try session()
      let saver = Saver()
      for number in 0..<4 {
        try session.load(
          Tensor<Float>([Float(number), 1]).erased, into: session.graph.variables[0])
        try saver.save(session, to: folder + "/m")
        #expect(try Checkpoint(folder).tensor(named: "v").doubles == [Double(number), 1])
        #expect(try names(in: folder).count == 3)
      }
    }
  }
}
