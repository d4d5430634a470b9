import ArgumentParser
import Testing
import Weft
import WeftExamples

@Suite struct OptionsTests {
  /// The line that a user sees, and the exit code.
  private func complaint(_ arguments: [String]) -> (line: String, code: Int32)? {
    do {
      let options = try TrainingOptions.parse(arguments)
      _ = try options.settings(Presets.letters, model: .mlp)
      return nil
    } catch {
      return (TrainingOptions.message(for: error), TrainingOptions.exitCode(for: error).rawValue)
    }
  }

  @Test(arguments: [
    (["--keep", "1.5"], "--keep must be above 0 and at most 1."),
    (["--keep", "0"], "--keep must be above 0 and at most 1."),
    (["--keep", "nan"], "--keep must be above 0 and at most 1."),
    (["--average", "1"], "--average must be at least 0 and below 1."),
    (["--average", "nan"], "--average must be at least 0 and below 1."),
    (["--steps", "0"], "--steps must be 1 to 1,000,000,000."),
    (["--steps=-5"], "--steps must be 1 to 1,000,000,000."),
    (["--epochs", "9000000000000000000"], "--epochs must be 1 to 1,000,000,000."),
    (["--batch-size", "0"], "--batch-size must be 1 to 1,000,000,000."),
    (["--train-count", "0"], "--train-count must be 1 to 1,000,000,000."),
    (["--threads", "0"], "--threads must be 1 to 1,000,000,000."),
    (["--threads", "5000"], "--threads must be 1 to 1024."),
    (["--learning-rate", "0"], "--learning-rate must be a number above 0."),
    (["--learning-rate", "inf"], "--learning-rate must be a number above 0."),
    (["--beta=-1"], "--beta must be 0 or a number above it."),
    (["--steps", "5", "--epochs", "2"], "--steps and --epochs exclude each other."),
    (["--data", "x", "--download"], "--data and --download exclude each other."),
    (
      ["--model", "logistic", "--hidden", "30"],
      "--hidden is for networks with hidden units: try --model mlp."
    ),
    (
      ["--model", "logistic", "--keep", "0.5"],
      "--keep is for networks with hidden units: try --model mlp."
    ),
  ])
  func anImpossibleValueIsRefusedInOneLine(_ arguments: [String], _ line: String) throws {
    let found = try #require(complaint(arguments))
    #expect(found.line == line)
    #expect(found.code == 64)
  }

  @Test(arguments: [
    (["--optimizer", "sdg"], "sdg"), (["--model", "cnn"], "cnn"), (["--steps", "many"], "many"),
    (["--sed", "3"], "--sed"),
    (["--hidden", "30,,20"], "'30,,20' is no list of numbers"), (["--hidden", "x"], "'x'"),
    (["--hidden", "0"], "'0'"), (["--hidden", "99999999999999999999"], "100,000"),
  ])
  func anUnknownWordIsNamed(_ arguments: [String], _ word: String) throws {
    let found = try #require(complaint(arguments))
    #expect(found.line.contains(word))
    #expect(found.code == 64)
  }

  @Test func theUsersWordsReplaceThePreset() throws {
    let options = try TrainingOptions.parse([
      "--model", "deep", "--hidden", "40,30", "--learning-rate", "0.25", "--beta", "0.001",
      "--keep", "0.75", "--average", "0.99", "--steps", "17", "--batch-size", "33", "--pixels",
      "signed", "--seed", "9", "--train-count", "500",
      "--threads", "2",
    ])
    let settings = try options.settings(Presets.letters, model: .mlp)
    var expected = Presets.letters(.deep)
    expected.hidden = [40, 30]
    expected.learningRate = 0.25
    expected.beta = 0.001
    expected.keep = 0.75
    expected.averaging = 0.99
    expected.length = .steps(17)
    expected.batchSize = 33
    expected.scaling = .signed
    expected.seed = 9
    expected.trainCount = 500
    expected.threads = 2
    #expect(settings == expected)
  }

  @Test func aZeroTurnsAveragingOff() throws {
    #expect(Presets.digits(.mlp).averaging == 0.999)
    let options = try TrainingOptions.parse(["--average", "0"])
    #expect(try options.settings(Presets.digits, model: .mlp).averaging == nil)
  }

  @Test func anotherOptimizerHasItsOwnRate() throws {
    let options = try TrainingOptions.parse(["--optimizer", "adam", "--model", "deep"])
    let settings = try options.settings(Presets.letters, model: .mlp)
    #expect(settings.learningRate == 0.001)
    #expect(settings.decay == nil)
    let same = try TrainingOptions.parse(["--optimizer", "sgd"])
    #expect(try same.settings(Presets.letters, model: .mlp).learningRate == 0.5)
  }

  @Test func presetsAreTheProgramsOfTheCourses() {
    let mlp = Presets.letters(.mlp)
    #expect(mlp.hidden == [1024])
    #expect(mlp.start == .truncatedNormal(stddev: 1))
    #expect(mlp.learningRate == 0.5)
    #expect(mlp.length == .steps(3001))
    #expect(mlp.batchSize == 128)
    #expect(mlp.order == .offsets)
    let adam = Presets.digits(.mlp)
    #expect(adam.hidden == [256, 100])
    #expect(adam.optimizer == .adam)
    #expect(adam.beta == 5e-5)
    #expect(adam.length == .steps(10_000))
    #expect(Presets.digits(.deep).length.steps(count: 55_000, batchSize: 2) == 1_650_000)
    #expect(Presets.digits(.logistic).length.steps(count: 55_000, batchSize: 100) == 55_000)
  }
}
