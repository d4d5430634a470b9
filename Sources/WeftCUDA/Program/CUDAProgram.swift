import CWeftCUDA
import WeftDevice

/// A plan ready to run on a GPU: commands for every step, cut where the host has to look or to act.
final class CUDAProgram: DeviceProgram {
  let plan: ExecutionPlan
  let context: CUDAContext
  let library: KernelLibrary
  let options: CUDAOptions
  /// What computes the steps that are left to the host.
  let host: (any Device)?
  let steps: [PlannedStep]
  let segments: [Segment]
  let layout: WorkspaceLayout
  let variables: [CUDAMemory]
  let streams: RandomStreams
  /// The plan's constants, one after the other.
  let constants: DeviceBuffer
  let constantOffsets: [Int]
  private let idle = IdlePool<CUDAWorkspace>()

  /// A part of the plan between two acts of the host.
  enum Segment: Sendable {
    /// What runs on the GPU without a stop, in order.
    case device([Issue])
    /// A step that the host computes.
    case host(Int)
    /// The host looks whether one of the steps so far failed: an update follows, which must not happen
    /// then.
    case check
  }

  init(
    plan: ExecutionPlan, resources: ProgramResources, context: CUDAContext, library: KernelLibrary,
    options: CUDAOptions, host: (any Device)?
  ) throws(GraphError) {
    self.host = host
    self.plan = plan
    self.context = context
    self.library = library
    self.options = options
    streams = resources.randomStreams
    var variables: [CUDAMemory] = []
    for memory in resources.variables {
      guard let memory = memory as? CUDAMemory, memory.buffer.context === context else {
        throw GraphError(
          .invalidState, "a variable does not lie in the memory of /gpu:\(context.ordinal)")
      }
      variables.append(memory)
    }
    self.variables = variables
    (steps, layout, segments) = try Self.arrange(plan, context, options)
    try library.load(segments.flatMap(\.units))
    (constants, constantOffsets) = try Self.upload(plan.constants, context)
  }

  /// The steps' kernels, their places in memory and their order.
  static func arrange(
    _ plan: ExecutionPlan, _ context: CUDAContext, _ options: CUDAOptions
  ) throws(GraphError) -> (steps: [PlannedStep], layout: WorkspaceLayout, segments: [Segment]) {
    // The library of products answers for the device that is current.
    try context.activate()
    var options = options
    if options.usesRectifiers, plan.steps.contains(where: \.isRectifiedProduct) {
      options.usesRectifiers = try context.rectifiersKeepNaN(options.mathMode)
    }
    var steps: [PlannedStep] = []
    for step in plan.steps {
      do throws(OpFailure) {
        steps.append(try planStep(step, in: plan, context, options))
      } catch { throw step.error(error) }
    }
    if !options.waitsForEach {
      var combiner = StepCombiner(plan, steps, context, options)
      try combiner.combine()
      steps = combiner.steps
    }
    let layout = WorkspaceLayout(plan, steps)
    let schedule = Schedule(plan, steps, layout)
    // Where each command is waited for, each is by itself: an error then names its step.
    let segments = segments(plan, steps) { range in
      schedule.issues(range, joins: !options.waitsForEach)
    }
    return (steps, layout, segments)
  }

  private static func upload(_ tensors: [AnyTensor], _ context: CUDAContext) throws(GraphError) -> (
    DeviceBuffer, [Int]
  ) {
    var offsets: [Int] = []
    var size = 0
    for tensor in tensors {
      offsets.append(size)
      size += WorkspaceLayout.rounded(tensor.byteCount)
    }
    let buffer = try DeviceBuffer(context, byteCount: size, for: "a plan's constants")
    for (tensor, offset) in zip(tensors, offsets) {
      try buffer.upload(
        from: tensor.sharedStorage.pointer, byteCount: tensor.byteCount, at: offset)
    }
    return (buffer, offsets)
  }

  /// The steps cut into segments.
  private static func segments(
    _ plan: ExecutionPlan, _ steps: [PlannedStep], _ issues: (Range<Int>) -> [Issue]
  ) -> [Segment] {
    var result: [Segment] = []
    var start = 0
    var mayHaveFailed = false
    func close(at index: Int) {
      if start < index { result.append(.device(issues(start..<index))) }
      start = index
    }
    for (index, planned) in steps.enumerated() {
      switch planned {
      case .host:
        close(at: index)
        if mayHaveFailed { result.append(.check) }
        mayHaveFailed = false
        result.append(.host(index))
        start = index + 1
      case .kernel(let kernel):
        if case .updates = plan.steps[index].definition.effect, mayHaveFailed {
          close(at: index)
          result.append(.check)
          mayHaveFailed = false
        }
        if kernel.failure != nil { mayHaveFailed = true }
      }
    }
    close(at: steps.count)
    return result
  }

  /// The steps that the host computes, and why.
  var elsewhere: [Int: StepPlacement] {
    var result: [Int: StepPlacement] = [:]
    for (index, planned) in steps.enumerated() {
      guard case .host(let reason) = planned else { continue }
      let step = plan.steps[index]
      var results = step.outputs.count
      if case .updates(let updated) = step.definition.effect { results = updated.count }
      result[index] = StepPlacement(
        name: step.name, typeName: step.definition.typeName, device: "/cpu:0", reason: reason,
        copies: step.inputs.count + results)
    }
    return result
  }

  func run(_ arguments: RunArguments) throws(GraphError) {
    try context.activate()
    let workspace: CUDAWorkspace
    if let waiting = idle.take() {
      workspace = waiting
    } else {
      workspace = try CUDAWorkspace(self)
    }
    // After an error the workspace is let go: its stream may hold work that failed.
    try workspace.run(self, arguments)
    idle.giveBack(workspace)
  }
}

extension CUDAProgram.Segment {
  /// The units that the segment's launches need.
  var units: [KernelUnit] {
    guard case .device(let issues) = self else { return [] }
    return issues.compactMap { issue in
      switch issue.work {
      case .command(.launch(let launch)): launch.unit
      case .joined(let launch): launch.unit.unit
      case .command: nil
      }
    }
  }
}
