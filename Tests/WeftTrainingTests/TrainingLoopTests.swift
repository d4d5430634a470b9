import Foundation
import Testing
import Weft

/// What a display was given.
private final class Written {
  var text = ""
  var lines: [Substring] { text.split(separator: "\n") }
  func display(live: Bool = false) -> ProgressDisplay {
    ProgressDisplay(live: live) { self.text += $0 }
  }
}

@Suite struct TrainingLoopTests {
  private static func loop(_ steps: Int, every: Int, _ written: Written) -> TrainingLoop {
    var loop = TrainingLoop(steps: steps, batchSize: 128, reportEvery: every)
    loop.display = written.display()
    return loop
  }

  @Test func reportsComeAtTheirStepsAndAtTheEnd() throws {
    let written = Written()
    var loop = Self.loop(7, every: 3, written)
    var validations = 0
    var accuracies = 0
    loop.validation = {
      validations += 1
      return 0.875
    }
    func share() -> Double {
      accuracies += 1
      return 0.5
    }
    let outcome = try loop.run { step in
      TrainingStep(loss: 1 / Double(step + 1), accuracy: share())
    }
    #expect(outcome.reason == .finished)
    #expect(outcome.steps == 7)
    #expect(outcome.reports.map(\.step) == [3, 6, 7])
    #expect(validations == 3)
    #expect(accuracies == 3)
    #expect(written.lines.count == 3)
    #expect(written.lines[0].hasPrefix("step 3  loss 0.3333  batch 50.0%  validation 87.5%  "))
    #expect(written.lines[0].contains(" samples/s  0:00 left"))
    #expect(written.lines[2].hasSuffix(" in all"))
  }

  @Test func aTerminalHasOneLineThatChanges() throws {
    let written = Written()
    var loop = TrainingLoop(steps: 3, reportEvery: 3)
    loop.display = written.display(live: true)
    try loop.run { TrainingStep(loss: Double($0)) }
    #expect(written.text.hasPrefix("\rstep 1  loss 0.000  "))
    #expect(written.text.contains("steps/s"))
    #expect(written.lines.count == 1)
  }

  @Test(arguments: [Double.nan, .infinity]) func aLossThatIsNoNumberEndsWithTheLastGoodOne(
    _ bad: Double
  )
    throws
  {
    let loop = Self.loop(10, every: 5, Written())
    var steps = 0
    let error = try #require(throws: GraphError.self) {
      try loop.run { step in
        steps += 1
        return TrainingStep(loss: step == 3 ? bad : 2.5)
      }
    }
    #expect(steps == 4)
    #expect(error.code == .notFinite)
    #expect(error.message.hasPrefix("the loss is \(bad) at step 4"))
    #expect(error.notes.first == "the last finite loss was 2.500 at step 3")
  }

  @Test func trainingStopsWhenTheValidationNoLongerRises() throws {
    let graph = Graph()
    let w = graph.variable([0] as Tensor<Float>, name: "w")
    let grow = w.assignAdd(graph.constant([1] as Tensor<Float>))
    let session = try Session(graph)
    try session.initializeVariables()
    let written = Written()
    var loop = Self.loop(100, every: 2, written)
    loop.earlyStopping = EarlyStopping(patience: 2, minimumImprovement: 0.01, restoring: session)
    var shares = [0.5, 0.7, 0.705, 0.69, 0.9].makeIterator()
    loop.validation = { shares.next() ?? 0 }
    let outcome = try loop.run { _ in
      try session.run(grow)
      return TrainingStep(loss: 1)
    }
    #expect(outcome.reason == .stoppedEarly)
    #expect(outcome.steps == 8)
    #expect(outcome.best?.step == 4)
    #expect(outcome.best?.validation == 0.7)
    // The values of the best report are back.
    #expect(try session.value(of: w).scalars == [4])
    #expect(written.lines.last == "stopped at step 8: the validation no longer rises")
  }

  @Test func callbacksMayStop() throws {
    var loop = Self.loop(10, every: 4, Written())
    var losses: [Double] = []
    loop.onStep = { step, loss in
      losses.append(loss)
      return step == 6 ? .stop : .proceed
    }
    var reported: [Int] = []
    loop.onReport = {
      reported.append($0.step)
      return .proceed
    }
    let outcome = try loop.run { TrainingStep(loss: Double($0)) }
    #expect(outcome.reason == .stoppedByCallback)
    #expect(losses == [0, 1, 2, 3, 4, 5])
    #expect(reported == [4, 6])
  }

  /// In a process of its own: an interrupt ends every loop of the process.
  @Test func anInterruptFinishesTheStep() async {
    await #expect(processExitsWith: .success) {
      // The threads that tests run on leave signals to others: this one takes it, and has handled it
      // when the call returns.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGINT)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      let written = Written()
      let loop = TrainingLoopTests.loop(1000, every: 500, written)
      var finished = 0
      let outcome = try loop.run { step in
        if step == 2 { raise(SIGINT) }
        finished += 1
        return TrainingStep(loss: 1)
      }
      #expect(outcome.reason == .interrupted)
      #expect(outcome.steps == finished)
      #expect(outcome.steps == 3)
      #expect(outcome.reports.map(\.step) == [3])
      #expect(written.lines.last == "interrupted after step 3")
    }
  }

  @Test func errorsOfTheBodyComeThrough() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try Self.loop(3, every: 1, Written()).run { _ in throw Broken() }
    }
  }
}
