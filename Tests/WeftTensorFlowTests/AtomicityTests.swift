import Foundation
import Glibc
import Testing
import Weft

@testable import WeftTensorFlow

/// A process that is killed or finds the disk full leaves the last good checkpoint.
@Suite struct AtomicityTests {
  /// Checkpoints whose tensors all hold the same number, larger ones and smaller ones in turn.
  private static func save(_ number: Int, to folder: String) throws {
    let count = number.isMultiple(of: 2) ? 3 : 40_000
    let graph = Graph()
    for name in ["a", "b", "c"] {
      _ = graph.variable(
        Tensor<Float>([Float](repeating: Float(number), count: count)), name: name)
    }
    let session = try Session(graph)
    try session.initializeVariables()
    // The same name each time, and one of its own: both ways must survive.
    try Saver().save(session, to: folder + "/same/m")
    try Saver(retention: Retention(latest: 2)).save(
      session, to: folder + "/own/m", globalStep: number)
  }

  @Test func aKilledProcessLeavesTheLastGoodCheckpoint() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.save(1, to: folder)
    var latest: Float = 0
    for round in 0..<24 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
        let start = try Checkpoint(folder + "/same").tensor(named: "a").doubles[0]
        // However slow the machine is, each process saves once.
        try AtomicityTests.save(Int(start) + 1, to: folder)
        let delay = UInt32.random(in: 0..<60_000)
        Thread.detachNewThread {
          usleep(delay)
          kill(getpid(), SIGKILL)
        }
        for number in Int(start) + 2..<1_000_000 { try AtomicityTests.save(number, to: folder) }
      }
      for part in ["same", "own"] {
        let checkpoint = try Checkpoint("\(folder)/\(part)")
        try checkpoint.verify()
        let values = try ["a", "b", "c"].map { try checkpoint.tensor(named: $0).doubles }
        #expect(Set(values.joined()).count == 1, "round \(round)")
        if part == "same" {
          #expect(Float(values[0][0]) >= latest)
          latest = Float(values[0][0])
        }
      }
    }
    #expect(latest > 24)
    // What the killed ones left half-written is removed by the next saver.
    try Self.save(Int(latest) + 1, to: folder)
    for part in ["same", "own"] {
      #expect(try !names(in: "\(folder)/\(part)").contains { $0.hasSuffix(".tmp") })
    }
  }

  // The limit on file sizes belongs to a whole process, hence one of its own.
  @Test func aFullDiskLeavesTheOldCheckpoint() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 65_536, rlim_max: 65_536)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try withTemporaryFolder { folder in
        try AtomicityTests.save(2, to: folder)
        let before = try names(in: folder + "/same")
        let error = #expect(throws: CheckpointError.self) {
          try AtomicityTests.save(3, to: folder)
        }
        #expect(error?.code == .inputOutput)
        #expect(error?.message.hasSuffix("File too large") == true)
        #expect(try names(in: folder + "/same") == before)
        let checkpoint = try Checkpoint(folder + "/same")
        try checkpoint.verify()
        #expect(try checkpoint.tensor(named: "c").doubles == [2, 2, 2])
      }
    }
  }
}
