import Foundation
import Glibc
import ReferenceCorpus
import Testing
import Weft

@testable import WeftTensorFlow

@Suite struct EventTests {
  private func events(in folder: String) throws -> [Event] {
    var all: [Event] = []
    for file in EventReader.files(in: folder) {
      var reader = try EventReader(contentsOf: file)
      let (events, error) = reader.remaining()
      #expect(error == nil)
      all += events
    }
    return all
  }

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryFolder { folder in
      let writer = try FileWriter(folder + "/logs/a")
      let picture = try Tensor<UInt8>(shape: [2, 3, 5, 3], scalars: (0..<90).map { UInt8($0) })
      let numbers = Tensor<Float>([-1, 0, 0.5, 3]).erased
      var values: [SummaryValue] = [
        .scalar("loss", 0.25), .histogram("w", numbers), .text("note", "**hello**"),
      ]
      values += try SummaryValue.images("input", picture.erased)
      try writer.add(values, step: 7)
      try writer.addGraph([1, 2, 3])
      try writer.addRunMetadata([4, 5], tag: "step7", step: 7)
      try writer.addHyperParameters(["rate": .number(0.1), "name": .text("a"), "on": .flag(true)])
      try writer.finishHyperParameters(.success)
      try writer.close()
      try writer.close()
      #expect(throws: EventError.self) { try writer.add(values, step: 8) }

      let read = try events(in: folder + "/logs/a")
      #expect(read.count == 8)
      #expect(read[0].content == .version("brain.Event:2"))
      #expect(read[1].content == .sessionStart)
      #expect(read[2].content == .values(values))
      #expect(read[2].step == 7)
      #expect(abs(read[2].time - Date().timeIntervalSince1970) < 60)
      #expect(read[3].content == .graph([1, 2, 3]))
      #expect(read[4].content == .runMetadata(tag: "step7", [4, 5]))
      #expect(values.map(\.tag) == ["loss", "w", "note", "input/image/0", "input/image/1"])
      guard case .image(5, 3, 3, let png) = values[4].content else {
        Issue.record("no image: \(values[4])")
        return
      }
      let decoded = try PNG.decode(png, as: .rgb)
      #expect(decoded.scalars == (45..<90).map { UInt8($0) })
    }
  }

  @Test func realNumbersBecomePixelsAsInTensorFlow() throws {
    func pixels(_ numbers: [Float], channels: Int = 1) throws -> [UInt8] {
      let image = try Tensor(
        shape: [1, 1, numbers.count / channels, channels], scalars: numbers)
      let values = try SummaryValue.images("a", image.erased, maxOutputs: 1)
      #expect(values.map(\.tag) == ["a/image"])
      guard case .image(_, _, _, let png) = values[0].content else { return [] }
      return try PNG.decode(png, as: channels == 1 ? .grey : .rgb).scalars
    }
    #expect(try pixels([0, 1, 2, 4]) == [0, 63, 127, 255])
    #expect(try pixels([-2, 0, 1, .nan]) == [1, 128, 191, 255])
    #expect(try pixels([1, .infinity, 0, 0.5, 1, 0], channels: 3) == [255, 0, 0, 127, 255, 0])
    #expect(try pixels([1e-7, 0]) == [0, 0])
    let double = Tensor<Double>([1]).erased
    #expect(throws: EventError.self) { try SummaryValue.images("a", double) }
  }

  @Test func histogramsHaveTensorFlowsBuckets() {
    let some = Histogram([-1, 0, 0.5, 0.5, 3, .nan])
    #expect(some.count == 5)
    #expect(some.sum == 3)
    #expect(some.sumOfSquares == 10.5)
    #expect((some.minimum, some.maximum) == (-1, 3))
    #expect(some.counts.filter { $0 > 0 } == [1, 1, 2, 1])
    #expect(some.limits.last == .greatestFiniteMagnitude)
    // A number on a limit belongs to the bucket above.
    #expect(Histogram([0]).limits[1] == 1e-12)
    let none = Histogram([Double]())
    #expect(none.counts == [0])
    #expect(Histogram([.infinity]).maximum == .greatestFiniteMagnitude)
  }

  /// The same summaries made by TensorFlow: every value but the distribution of what is not at hand.
  @Test(
    .enabled(if: sharedReference != nil, "needs the reference folder"),
    arguments: ["tf115", "tf221"])
  func tensorFlowsFilesAreRead(_ version: String) throws {
    struct Expected: Decodable {
      struct Events: Decodable { let losses: [Double]; let tags: [String] }
      let events: Events
    }
    let folder = try #require(sharedReference).appending(path: "artefacts/\(version)")
    let data = try Data(contentsOf: folder.appending(path: "artefacts.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data).events
    let all = try events(in: folder.appending(path: "events").path)
    let losses = all.flatMap { event -> [Float] in
      guard case .values(let values) = event.content else { return [] }
      return values.compactMap {
        if case .scalar(let value) = $0.content, $0.tag == "loss" { value } else { nil }
      }
    }
    #expect(losses == expected.losses.map { Float($0) })
    var graphs = 0
    for event in all {
      if case .graph(let bytes) = event.content { graphs += bytes.isEmpty ? 0 : 1 }
      guard case .values(let values) = event.content else { continue }
      #expect(values.map(\.tag) == expected.tags)
      guard values.count == 7, case .histogram(let weights) = values[2].content,
        case .image(28, 28, 1, let png) = values[4].content
      else {
        Issue.record("not read: \(values.map(\.tag))")
        continue
      }
      #expect(weights.count == 7840)
      #expect(weights.counts.reduce(0, +) == 7840)
      #expect(Set(weights.limits).isSubset(of: Set(Histogram.allLimits)))
      #expect(try PNG.decode(png).shape == [28, 28])
      #expect(values[6].content == .text(["hello"]))
    }
    #expect(graphs == 1)
  }

  @Test func aSecondWriterInAFolderIsRefused() throws {
    try withTemporaryFolder { folder in
      let first = try FileWriter(folder)
      let error = #expect(throws: EventError.self) { try FileWriter(folder) }
      #expect(error?.code == .locked)
      #expect(
        error?.message == "another writer is at work in '\(folder)/': close it, or give each run a "
          + "folder of its own")
      try first.close()
      let second = try FileWriter(folder, resumingAt: 40)
      try second.close()
      #expect(EventReader.files(in: folder) == [first.path, second.path])
      let all = try events(in: folder)
      #expect(all.map(\.content).suffix(2) == [.version("brain.Event:2"), .sessionStart])
      #expect(all.last?.step == 40)
    }
  }

  /// Also one in another process; it goes with the process, however that ends.
  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func whateverEndsTheProcessTheFileIsWhole(_ number: Int32) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await #expect(processExitsWith: .signal(number)) {
      [folder = folder as String, number = number as Int32] in
      let writer = try FileWriter(folder)
      for step in 0..<100 { try writer.add([.scalar("a", Float(step))], step: step) }
      kill(getpid(), number)
      sleep(10)
      try writer.close()
    }
    #expect(try events(in: folder).map(\.step) == [0, 0] + Array(0..<100))
    try FileWriter(folder).close()
  }

  // The limit on file sizes belongs to a whole process, hence one of its own.
  @Test func aFullDiskIsAnErrorAndTheFileStaysWhole() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try withTemporaryFolder { folder in
        let writer = try FileWriter(folder)
        try writer.add([.text("small", "a")], step: 1)
        let large = SummaryValue.text("large", String(repeating: "x", count: 5000))
        let error = #expect(throws: EventError.self) { try writer.add([large], step: 2) }
        #expect(error?.code == .inputOutput)
        try writer.add([.text("small", "b")], step: 3)
        try writer.close()
        var reader = try EventReader(contentsOf: writer.path)
        let (events, failure) = reader.remaining()
        #expect(failure == nil)
        #expect(events.map(\.step) == [0, 0, 1, 3])
      }
    }
  }

  @Test func damageIsAnErrorAndWhatIsBeforeItIsGood() throws {
    try withTemporaryFolder { folder in
      let writer = try FileWriter(folder)
      for step in 0..<3 {
        let numbers = Tensor<Float>([-1, Float(step)]).erased
        try writer.add([.histogram("h", numbers), .text("t", "text")], step: step)
      }
      try writer.addHyperParameters(["a": .number(1)])
      try writer.close()
      let good = try File.read(writer.path)
      var whole = EventReader(good, path: "x")
      let events = whole.remaining().events
      var ends = 0
      for length in good.indices {
        var reader = EventReader(Array(good[..<length]), path: "x")
        let (read, error) = reader.remaining()
        #expect(read == Array(events.prefix(read.count)))
        // At the end of a record a file may end.
        if error == nil { ends += 1 } else { #expect(error?.code == .truncated) }
      }
      #expect(ends == events.count)
      var numbers = TestNumbers(state: 11)
      for round in 0..<10_000 {
        var bad = good
        for _ in 0...numbers.below(3) {
          bad[numbers.below(bad.count)] = UInt8(truncatingIfNeeded: numbers.bits())
        }
        var reader = EventReader(bad, path: "x")
        let (read, error) = reader.remaining()
        #expect(error != nil || bad == good)
        #expect(read == Array(events.prefix(read.count)), "\(round)")
      }
      // Past the checksums.
      var records: [ArraySlice<UInt8>] = []
      var cursor = ByteCursor(good)
      while let record = try RecordFile.next(&cursor) { records.append(record) }
      for _ in 0..<10_000 {
        var bad = Array(records[numbers.below(records.count)])
        for _ in 0...numbers.below(3) {
          bad[numbers.below(bad.count)] = UInt8(truncatingIfNeeded: numbers.bits())
        }
        var reader = EventReader(RecordFile.framed(bad), path: "x")
        let (read, error) = reader.remaining()
        #expect((error == nil) == (read.count == 1))
      }
    }
  }
}
