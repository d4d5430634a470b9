import WeftOps

/// The way from a question to a plan: one array of passes, the reason for its place beside each.
public struct Pipeline: Sendable {
  /// A transformation of a program.
  public struct Pass: Sendable {
    /// The name, for dumps and bisection.
    public let name: String
    /// The transformation.
    public let run: @Sendable (inout Program) throws(GraphError) -> Void
    /// Whether no plan can do without it.
    public let isRequired: Bool

    /// A pass.
    public init(
      _ name: String, isRequired: Bool = false,
      _ run: @escaping @Sendable (inout Program) throws(GraphError) -> Void
    ) {
      self.name = name
      self.isRequired = isRequired
      self.run = run
    }
  }

  /// The passes in order.
  public var passes: [Pass]
  /// Called with the program after each pass: for dumps and golden tests.
  public var observer: (@Sendable (String, Program) -> Void)?

  /// The standard pipeline.
  public static let standard = Pipeline(passes: [
    // First: what is no longer waited for can be merged, folded and dropped.
    Pass("drop controls", dropControls),
    // Before all that look at who made a value.
    Pass("simplify", simplify),
    // So that a computation written twice is scheduled once.
    Pass("common subexpressions", mergeCommonSubexpressions),
    // Before fusion, which would hide the products and sums that this looks for; after the merging of
    // equals, since only a gradient with one user is folded.
    Pass("dead code", removeDeadCode),
    Pass("fold updates", foldUpdates),
    // What is left of the updates, and everything else that goes element by element.
    Pass("fuse pointwise", fusePointwise),
    // After the fusion of formulas, which are whole now: a product takes a formula only if nothing is
    // left of it. And after the folding of updates, which takes the products that are gradients.
    Pass("fuse epilogues", fuseEpilogues),
    // What is left of a gradient that no product has taken goes into the update that uses it.
    Pass("fuse gradients", fuseGradients),
    // What no product has taken may end in a reduction: its elements are then never written.
    Pass("fuse reductions", fuseReductions),
    // Fixes the order of reads and updates of variables; nothing may move afterwards.
    Pass("schedule", isRequired: true, scheduleUpdates),
  ])

  /// A pipeline of these passes.
  public init(passes: [Pass], observer: (@Sendable (String, Program) -> Void)? = nil) {
    self.passes = passes
    self.observer = observer
  }

  /// What came of a question.
  public enum Outcome: Sendable {
    /// It is compiled, for the device of that number: 0 where the caller named none.
    case compiled(Result, device: Int)
    /// It is compiled for several devices.
    case partitioned(PartitionedPlan)
    /// It must be answered in stages.
    case boundary(Boundary)
  }

  /// A question compiled to a plan over variables of the graph.
  public struct Result: Sendable {
    /// What the device runs.
    public let plan: ExecutionPlan
    /// The variables, in the order of the plan.
    public let variables: [AnyVariable]
    /// Variables that are read before the run writes them: they must have a value.
    public let required: [Int]
    /// Variables that have a value after the run.
    public let written: [Int]
  }

  /// Compiles a question.
  ///
  /// - Parameters:
  ///   - variables: the graph's variables by their reference.
  ///   - devices: where operations run; nil where there is one device.
  ///   - stream: gives the number of an operation's random stream.
  /// Throws ``GraphError`` for a missing feed, or shapes that do not fit.
  public func compile(
    _ question: Question, variables: [Output: AnyVariable], devices: DeviceChoice? = nil,
    stream: @escaping (String, Int64, Int64) -> Int
  ) throws(GraphError) -> Outcome {
    let parts = RegionCompiler(pipeline: self, stream: stream)
    switch try Specializer.specialize(
      question, variables: variables, parts: parts, devices: devices)
    {
    case .program(let program):
      guard let devices else {
        return .compiled(try plan(program, stream: stream), device: 0)
      }
      if let device = soleDevice(of: program, standard: devices.standard) {
        return .compiled(try plan(program, stream: stream), device: device)
      }
      return .partitioned(try partitioned(program, devices, stream: stream))
    case .boundary(let boundary): return .boundary(boundary)
    }
  }

  /// The plan of a program: the passes, then the places in memory.
  func plan(_ program: Program, stream: (String, Int64, Int64) -> Int) throws(GraphError) -> Result
  {
    var program = program
    observer?("specialize", program)
    for pass in passes {
      try pass.run(&program)
      #if DEBUG
        try verify(program, after: pass.name)
      #endif
      observer?(pass.name, program)
    }
    return planMemory(program, stream: stream)
  }
}
