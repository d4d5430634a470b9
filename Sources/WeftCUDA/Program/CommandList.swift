import CWeftCUDA
import WeftDevice

/// The commands of a segment: issued one by one in the first run, captured in the second and replayed
/// as one launch from then on.
final class CommandList {
  private let commands: [BoundCommand]
  private let context: CUDAContext
  private let issues: [Issue]
  private let plan: ExecutionPlan
  private var runs = 0
  private var graph: weft_cuda_graph_exec?

  init(
    _ commands: [BoundCommand], _ issues: [Issue], _ plan: ExecutionPlan, _ context: CUDAContext
  ) {
    self.commands = commands
    self.issues = issues
    self.plan = plan
    self.context = context
    var seen: Set<Int> = []
    steps = issues.flatMap(\.steps).filter { seen.insert($0).inserted }
  }

  /// The steps, each once.
  let steps: [Int]

  deinit {
    if let graph { _ = context.libraries.driver.pointee.cuGraphExecDestroy(graph) }
  }

  /// Issues all commands.
  ///
  /// - Parameter waits: whether each is waited for, so that its failure is found there and then.
  func issue(on stream: weft_cuda_stream, captures: Bool, waits: Bool = false)
    throws(GraphError)
  {
    if let graph {
      try context.check(
        context.libraries.driver.pointee.cuGraphLaunch(graph, stream), "cuGraphLaunch")
      return
    }
    runs += 1
    // One command is as fast without a graph.
    if captures, runs == 2, commands.count > 1 {
      do throws(GraphError) { graph = try capture(on: stream) } catch {
        throw GraphError(
          error.code, error.message, subject: error.subject, location: error.location,
          notes: error.notes
            + ["found while the step was captured; WEFT_CUDA_CAPTURE=0 runs it without"])
      }
      try issue(on: stream, captures: captures)
    } else {
      for index in commands.indices { try issue(index, on: stream, waits: waits) }
    }
  }

  /// Issues a command. An error names its step, and how many others have part in it.
  private func issue(_ index: Int, on stream: weft_cuda_stream, waits: Bool) throws(GraphError) {
    do throws(GraphError) {
      try commands[index].issue(on: stream, context)
      if waits {
        try context.check(
          context.libraries.driver.pointee.cuStreamSynchronize(stream), "cuStreamSynchronize")
      }
    } catch {
      let steps = issues[index].steps
      let others = steps.dropFirst().prefix(8).map { plan.steps[$0].label }
      throw plan.steps[steps[0]].naming(
        error, notes: others.isEmpty ? [] : ["in one launch with \(others.joined(separator: ", "))"]
      )
    }
  }

  private func capture(on stream: weft_cuda_stream) throws(GraphError) -> weft_cuda_graph_exec {
    let driver = context.libraries.driver.pointee
    try context.check(
      driver.cuStreamBeginCapture_v2(stream, Int32(WEFT_CUDA_CAPTURE_THREAD_LOCAL)),
      "cuStreamBeginCapture")
    var failure: GraphError?
    do throws(GraphError) {
      for index in commands.indices { try issue(index, on: stream, waits: false) }
    } catch { failure = error }
    // Ended in any case: a stream must not stay in capture.
    var captured: weft_cuda_graph?
    let status = driver.cuStreamEndCapture(stream, &captured)
    defer { if captured != nil { _ = driver.cuGraphDestroy(captured) } }
    if let failure { throw failure }
    try context.check(status, "cuStreamEndCapture")
    var graph: weft_cuda_graph_exec?
    try context.check(
      driver.cuGraphInstantiateWithFlags(&graph, captured, 0), "cuGraphInstantiate")
    guard let graph else { throw context.libraries.failure(0, "cuGraphInstantiate") }
    return graph
  }

  /// Issues each command by itself and waits. The time of what belongs to several steps is shared out to
  /// them evenly.
  func time(on stream: weft_cuda_stream, _ times: StepTimes) throws(GraphError) {
    var known: [Int: (began: UInt64, time: UInt64)] = [:]
    for index in commands.indices {
      let began = StepTimes.now()
      try issue(index, on: stream, waits: true)
      let share = (StepTimes.now() - began) / UInt64(issues[index].steps.count)
      for (position, step) in issues[index].steps.enumerated() {
        let start = known[step]?.began ?? began + share * UInt64(position)
        known[step] = (start, (known[step]?.time ?? 0) + share)
      }
    }
    for (step, entry) in known {
      times.record(step, from: entry.began, to: entry.began + entry.time)
    }
  }
}

extension ExecutionPlan.Step {
  /// The step as errors speak of it, with the line that made it.
  var label: String {
    let place = origin.location.map { " (\($0))" } ?? ""
    return "\(definition.typeName) '\(name)'\(place)"
  }
}
