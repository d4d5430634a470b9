import CWeftCUDA
import WeftDevice

/// The commands of a segment: issued one by one in the first run, captured in the second and replayed
/// as one launch from then on.
final class CommandList {
  private let commands: [BoundCommand]
  private let context: CUDAContext
  private let ranges: [(step: Int, commands: Range<Int>)]
  private var runs = 0
  private var graph: weft_cuda_graph_exec?

  init(
    _ commands: [BoundCommand], _ context: CUDAContext,
    ranges: [(step: Int, commands: Range<Int>)]
  ) {
    self.commands = commands
    self.context = context
    self.ranges = ranges
  }

  deinit {
    if let graph { _ = context.libraries.driver.pointee.cuGraphExecDestroy(graph) }
  }

  func issue(on stream: weft_cuda_stream, captures: Bool) throws(GraphError) {
    if let graph {
      try context.check(
        context.libraries.driver.pointee.cuGraphLaunch(graph, stream), "cuGraphLaunch")
      return
    }
    runs += 1
    // One command is as fast without a graph.
    if captures, runs == 2, commands.count > 1 {
      graph = try capture(on: stream)
      try issue(on: stream, captures: captures)
    } else {
      for command in commands { try command.issue(on: stream, context) }
    }
  }

  private func capture(on stream: weft_cuda_stream) throws(GraphError) -> weft_cuda_graph_exec {
    let driver = context.libraries.driver.pointee
    try context.check(
      driver.cuStreamBeginCapture_v2(stream, Int32(WEFT_CUDA_CAPTURE_THREAD_LOCAL)),
      "cuStreamBeginCapture")
    var failure: GraphError?
    do throws(GraphError) {
      for command in commands { try command.issue(on: stream, context) }
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

  /// Issues the commands of each step by itself and waits, so that each has a time of its own.
  func time(on stream: weft_cuda_stream, _ times: StepTimes) throws(GraphError) {
    for (step, range) in ranges {
      let began = StepTimes.now()
      for index in range { try commands[index].issue(on: stream, context) }
      try context.check(
        context.libraries.driver.pointee.cuStreamSynchronize(stream), "cuStreamSynchronize")
      times.record(step, from: began, to: StepTimes.now())
    }
  }
}
