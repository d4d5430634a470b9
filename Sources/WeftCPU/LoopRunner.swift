import Glibc
import WeftOps

/// Runs a loop. The variables live in two sets of places: a turn reads one and writes the other.
final class LoopRunner: RegionHolder {
  /// A variable of the loop, or a further value of each turn.
  private struct Value: Sendable {
    let byteCount: Int
    let shape: [Int]
    /// The offsets of its two places in the scratch memory.
    let places: (Int, Int)
    /// The output with the handle of the list of its values, if anybody uses it.
    let listOutput: Int?
  }

  private let condition: RegionProgram
  private let body: RegionProgram
  private let variableCount: Int
  private let values: [Value]
  private let scratch: TaskScratch
  /// Where the truth value of the condition goes.
  private let truthPlace: Int
  /// For each output of the step the variable that it is the last value of.
  private let finals: [(output: Int, variable: Int)]
  private let countOutput: Int?
  private let flowOutput: Int?
  /// For each feed that is a variable of the loop: the feed and the variable.
  private let conditionFeeds: [(feed: Int, variable: Int)]
  private let bodyFeeds: [(feed: Int, variable: Int)]

  init(
    _ loop: While, condition: RegionProgram, body: RegionProgram, results: [Int],
    operands: [ExecutionPlan.Value]
  ) {
    self.condition = condition
    self.body = body
    let count = loop.variableCount
    variableCount = count
    // The body's results beyond the variables are those whose lists somebody uses, in order.
    let kept = results.filter { $0 >= loop.firstList + count }
    var end = 64
    var values: [Value] = []
    for index in 0..<body.region.results.count {
      let fetch = body.region.results[index] ?? 0
      let value = body.region.plan.values[body.region.plan.fetches[fetch]]
      let size = (max(value.byteCount, 1) + 63) / 64 * 64
      let list = index < count ? loop.firstList + index : kept[index - count]
      values.append(
        Value(
          byteCount: value.byteCount, shape: value.shape, places: (end, end + size),
          listOutput: results.firstIndex(of: list)))
      end += 2 * size
    }
    self.values = values
    truthPlace = 0
    scratch = TaskScratch(byteCount: end)
    finals = results.enumerated().compactMap { $1 < count ? ($0, $1) : nil }
    countOutput = results.firstIndex(of: loop.countIndex)
    flowOutput = results.firstIndex(of: loop.flowIndex)
    func feeds(_ part: RegionProgram) -> [(feed: Int, variable: Int)] {
      part.region.feeds.enumerated().compactMap { $1 < count ? ($0, $1) : nil }
    }
    conditionFeeds = feeds(condition)
    bodyFeeds = feeds(body)
  }

  func run(_ arguments: KernelArguments) throws(GraphError) {
    guard let memory = scratch.take() else { return }
    let (test, turn) = (condition.prepare(arguments), body.prepare(arguments))
    defer {
      scratch.giveBack(memory)
      condition.finish(test)
      body.finish(turn)
    }
    makeLists(arguments)
    let truth = memory.pointer + truthPlace
    test.fetches[0] = truth
    var turns = 0
    while true {
      for index in conditionFeeds.indices {
        let (feed, variable) = conditionFeeds[index]
        test.feeds[feed] = address(variable, after: turns, arguments, memory)
      }
      try condition.run(test, arguments.store)
      guard truth.load(as: UInt8.self) != 0 else { break }
      for index in bodyFeeds.indices {
        let (feed, variable) = bodyFeeds[index]
        turn.feeds[feed] = address(variable, after: turns, arguments, memory)
      }
      for index in values.indices {
        turn.fetches[index] = UnsafeMutableRawPointer(
          mutating: address(index, after: turns + 1, arguments, memory))
      }
      try body.run(turn, arguments.store)
      try keep(turns, arguments, memory)
      turns += 1
    }
    for index in finals.indices {
      let (output, variable) = finals[index]
      memcpy(
        arguments.output(output), address(variable, after: turns, arguments, memory),
        values[variable].byteCount)
    }
    if let countOutput { arguments.output(countOutput, as: Int32.self)[0] = Int32(clamping: turns) }
    if let flowOutput { arguments.output(flowOutput, as: Float.self)[0] = 0 }
  }

  /// Where a value lies after so many turns.
  private func address(
    _ value: Int, after turns: Int, _ arguments: KernelArguments, _ memory: TensorStorage
  ) -> UnsafeRawPointer {
    if turns == 0 { return UnsafeRawPointer(arguments.input(value)) }
    let places = values[value].places
    return UnsafeRawPointer(memory.pointer + (turns % 2 == 0 ? places.0 : places.1))
  }

  private func makeLists(_ arguments: KernelArguments) {
    for index in values.indices {
      if let output = values[index].listOutput {
        arguments.output(output, as: Int64.self)[0] = arguments.store.makeList()
      }
    }
  }

  /// Adds the values of a turn to the lists: of the variables those before it.
  private func keep(_ turns: Int, _ arguments: KernelArguments, _ memory: TensorStorage)
    throws(GraphError)
  {
    for index in values.indices {
      guard let output = values[index].listOutput else { continue }
      let source = address(
        index, after: index < variableCount ? turns : turns + 1, arguments, memory)
      let handle = arguments.output(output, as: Int64.self)[0]
      do throws(OpFailure) {
        try arguments.store.list(handle).push(
          source, byteCount: values[index].byteCount, shape: values[index].shape)
      } catch { throw GraphError(error.code, error.message) }
    }
  }
}
