import Testing
import Weft
import WeftExamples

@Suite struct RunTests {
  /// What a run gives that does not depend on the clock.
  private struct Numbers: Equatable {
    var losses: [Double]
    var accuracies: [Double?]
    var validations: [Double?]
    var predictions: [Int]
  }

  private func run(
    _ example: Example, _ arguments: [String], change: (inout Settings) -> Void = { _ in }
  ) throws -> (numbers: Numbers, run: TrainingRun, result: TrainingResult) {
    let options = try TrainingOptions.parse(arguments)
    var settings = try options.settings(example.preset, model: example.model)
    change(&settings)
    var parts = try options.images(from: example.folder) { _ in
      throw ExampleError("nothing is fetched in tests")
    }
    parts.validation = parts.validation.first(300)
    parts.test = parts.test.first(200)
    var run = TrainingRun(settings, on: parts)
    run.display = .silent
    run.output = { _ in }
    let result = try run.run()
    let reports = result.outcome.reports
    return (
      Numbers(
        losses: reports.map(\.loss), accuracies: reports.map(\.accuracy),
        validations: reports.map(\.validation), predictions: result.predictions), run, result
    )
  }

  private static let tiny = ["--train-count", "400", "--steps", "7", "--batch-size", "23"]

  @Test(arguments: ModelKind.allCases)
  func equalSeedsGiveEqualNumbersWithOneAndTwoThreads(_ model: ModelKind) throws {
    let arguments = Self.tiny + ["--model", model.rawValue, "--seed", "5"]
    let one = try run(.letters, arguments + ["--threads", "1"])
    let again = try run(.letters, arguments + ["--threads", "1"])
    let two = try run(.letters, arguments + ["--threads", "2"])
    #expect(one.numbers == again.numbers)
    #expect(one.numbers == two.numbers)
    #expect(one.numbers.losses.count == 7)
    #expect(one.numbers.predictions.count == 200)
  }

  @Test func anotherSeedGivesOtherNumbers() throws {
    let five = try run(.digits, Self.tiny + ["--seed", "5"])
    let six = try run(.digits, Self.tiny + ["--seed", "6"])
    #expect(five.numbers.losses != six.numbers.losses)
  }

  @Test(arguments: OptimizerKind.allCases)
  func everyOptimizerLearns(_ optimizer: OptimizerKind) throws {
    let result = try run(
      .digits,
      [
        "--train-count", "600", "--steps", "120", "--batch-size", "50", "--optimizer",
        optimizer.rawValue,
        // Ftrl forgets the first weights, without which hidden units are all alike.
        "--model", optimizer == .ftrl ? "logistic" : "mlp",
      ])
    // A minibatch of its own for each: one alone may be a hard one.
    let losses = result.numbers.losses
    let last = losses.suffix(5)
    #expect(last.reduce(0, +) / Double(last.count) < 0.8 * (try #require(losses.first)))
  }

  @Test func aFewStepsOfTheFirstCommandLearnLetters() throws {
    let result = try run(.letters, ["--model", "logistic", "--steps", "150"])
    // By chance it would be 0.1.
    #expect(result.result.testAccuracy > 0.5)
    #expect(result.result.confusion.total == 200)
    #expect(result.result.outcome.reason == .finished)
  }

  @Test func convolutionsLearnDigits() throws {
    let result = try run(
      .digits,
      [
        "--model", "lenet", "--hidden", "64", "--steps", "60", "--learning-rate", "0.001",
        "--train-count", "1000",
      ])
    // By chance it would be 0.1.
    #expect(result.result.testAccuracy > 0.6)
    #expect(result.run.settings.filters == [32, 64])
    #expect(result.run.settings.description.contains("convolutions with [32, 64] filters"))
  }

  @Test func theWeightPenaltyEntersTheLoss() throws {
    // The first loss is that of the first weights: 784 x 10 of variance about 0.77, half of the sum of
    // squares times beta.
    let plain = try run(.letters, Self.tiny + ["--model", "logistic", "--beta", "1e-9"])
    let heavy = try run(.letters, Self.tiny + ["--model", "logistic", "--beta", "0.01"])
    let penalty =
      try #require(heavy.numbers.losses.first) - (try #require(plain.numbers.losses.first))
    #expect(abs(penalty - 0.01 * 7840 * 0.774 / 2) < 3)
  }

  @Test func averagingChangesWhatJudgesAndNotWhatIsTrained() throws {
    let plain = try run(.digits, Self.tiny + ["--average", "0"])
    let averaged = try run(.digits, Self.tiny + ["--average", "0.9"])
    #expect(plain.numbers.losses == averaged.numbers.losses)
    #expect(plain.numbers.accuracies == averaged.numbers.accuracies)
    #expect(plain.numbers.predictions != averaged.numbers.predictions)
    #expect(averaged.run.settings.description.contains("weights averaged with decay 0.9,"))
  }

  @Test(arguments: [ModelKind.mlp, .lenet]) func scoresAreThoseOfTheAverages(_ model: ModelKind)
    throws
  {
    var settings = Presets.digits(model)
    settings.hidden = [6]
    settings.averaging = 0.5
    let averaged = Classifier(settings, pixels: 64, classes: 10)
    settings.averaging = nil
    let plain = Classifier(settings, pixels: 64, classes: 10)
    let images = try Tensor<Float>(shape: [5, 64], scalars: (0..<320).map { Float($0 % 7) / 7 })
    let labels = try Tensor<Float>(shape: [5, 10], scalars: (0..<50).map { $0 % 11 == 0 ? 1 : 0 })

    let session = try Session(averaged.graph)
    try session.initializeVariables()
    for _ in 0..<3 {
      try session.run(
        averaged.train,
        feeding: [
          averaged.images: images, averaged.labels: labels, averaged.keep: 1, averaged.beta: 0,
        ])
    }
    let judge = try Session(plain.graph)
    for variable in plain.graph.trainableVariables {
      let name = "\(variable.name)/ExponentialMovingAverage"
      let shadow = try #require(averaged.graph.variables.first { $0.name == name })
      try judge.load(try session.run([shadow.value])[0], into: variable)
    }
    let expected = try judge.run(plain.scores, feeding: [plain.images: images])
    #expect(try session.run(averaged.scores, feeding: [averaged.images: images]) == expected)
  }

  @Test func aLossThatBlowsUpIsAnErrorNotATrap() throws {
    let error = #expect(throws: GraphError.self) {
      try run(.letters, Self.tiny + ["--learning-rate", "1e30", "--beta", "0.1"])
    }
    #expect(error?.code == .notFinite)
  }

  @Test func moreTrainingImagesThanThereAreIsOneLine() throws {
    let error = #expect(throws: ExampleError.self) {
      try run(.letters, ["--train-count", "12001"])
    }
    #expect(error?.message == "--train-count 12001: there are 12,000 training images")
  }

  @Test func theReportNamesTheAccuracyAndWritesPictures() throws {
    let done = try run(.digits, Self.tiny)
    let report = Report(done.run, done.result)
    #expect(report.text.contains("test accuracy \(Text.percent(done.result.testAccuracy))"))
    #expect(report.text.contains("of 200 images are wrong"))
    try withTemporaryFolder { folder in
      let paths = try report.writePictures(to: "\(folder)/a/b")
      #expect(paths == ["\(folder)/a/b/misclassified.png", "\(folder)/a/b/accuracy.png"])
      for path in paths { #expect(try PNG.read(contentsOf: path).count > 10_000) }
    }
  }
}
