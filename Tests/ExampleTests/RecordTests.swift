import Testing
import Weft
import WeftExamples
import WeftTensorFlow

/// What a run keeps on the disk.
@Suite struct RecordTests {
  private func run(
    _ arguments: [String], stopAfter: Int? = nil, checkpoint: String? = nil, log: String? = nil
  ) throws -> (losses: [Double], predictions: [Int], steps: Int) {
    let options = try TrainingOptions.parse(
      ["--train-count", "200", "--steps", "12", "--batch-size", "23", "--keep", "0.5"] + arguments)
    var settings = try options.settings(Example.letters.preset, model: Example.letters.model)
    if let stopAfter { settings.length = .steps(stopAfter) }
    var parts = try options.images(from: Example.letters.folder) { _ in
      throw ExampleError("nothing is fetched in tests")
    }
    parts.validation = parts.validation.first(50)
    parts.test = parts.test.first(60)
    var run = TrainingRun(settings, on: parts)
    run.display = .silent
    run.output = { _ in }
    run.checkpointFolder = checkpoint
    run.saveEvery = 4
    run.logFolder = log
    let result = try run.run()
    return (result.outcome.reports.map(\.loss), result.predictions, result.outcome.steps)
  }

  /// With batches in the course's order and in a random one; with dropout; with a decaying rate.
  @Test(arguments: [["--hidden", "20"], ["--hidden", "20", "--optimizer", "adam"]])
  func anInterruptedRunGivesTheSameNumbers(_ arguments: [String]) throws {
    try withTemporaryFolder { folder in
      let whole = try run(arguments)
      let first = try run(
        arguments, stopAfter: 5, checkpoint: folder + "/c", log: folder + "/log")
      #expect(first.losses == Array(whole.losses.prefix(5)))
      let second = try run(arguments, checkpoint: folder + "/c", log: folder + "/log")
      #expect(second.losses == Array(whole.losses.dropFirst(5)))
      #expect(second.predictions == whole.predictions)
      #expect(second.steps == 12)
      // Once more: nothing is left to do.
      let third = try run(arguments, checkpoint: folder + "/c")
      #expect(third.losses.isEmpty)
      #expect(third.predictions == whole.predictions)

      var losses: [Float] = []
      var starts: [Int] = []
      var tags: Set<String> = []
      for file in EventReader.files(in: folder + "/log") {
        var reader = try EventReader(contentsOf: file)
        while let event = try reader.next() {
          if case .sessionStart = event.content { starts.append(event.step) }
          guard case .values(let values) = event.content else { continue }
          tags.formUnion(values.map(\.tag))
          for case .scalar(let loss) in values.filter({ $0.tag == "loss" }).map(\.content) {
            losses.append(loss)
          }
        }
      }
      #expect(losses == whole.losses.map { Float($0) })
      #expect(starts == [0, 6])
      #expect(
        tags.isSuperset(of: [
          "accuracy/minibatch", "accuracy/validation", "settings", "test images/image/3",
          "summaries/hidden1/weights", "_hparams_/session_start_info",
        ]))
    }
  }

  @Test func aCheckpointOfAnotherNetworkIsNamed() throws {
    try withTemporaryFolder { folder in
      _ = try run(["--hidden", "20"], stopAfter: 1, checkpoint: folder)
      let error = #expect(throws: CheckpointError.self) {
        try run(["--hidden", "21"], checkpoint: folder)
      }
      #expect(error?.code == .mismatch)
      #expect(
        error?.message.contains("'hidden1/biases' [21] here, [20] in the file") == true)
    }
  }
}
