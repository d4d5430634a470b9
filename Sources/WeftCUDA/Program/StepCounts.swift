import WeftDevice

extension CUDAProgram {
  /// What a run of a plan issues.
  static func counts(
    of plan: ExecutionPlan, _ context: CUDAContext, _ options: CUDAOptions
  ) throws(GraphError) -> CUDADevice.StepCounts {
    var counts = CUDADevice.StepCounts()
    for segment in try arrange(plan, context, options).segments {
      switch segment {
      case .check: break
      case .host: counts.hostSteps += 1
      case .device(let issues):
        for issue in issues {
          switch issue.work {
          case .joined, .command(.launch): counts.launches += 1
          case .command(.product): counts.products += 1
          case .command(.copy), .command(.fill): counts.moves += 1
          }
        }
      }
    }
    counts.moves += plan.fetchCopies.count
    return counts
  }
}

extension CUDADevice {
  /// What a run of a compiled plan does on the GPU, between the one copy there and the one back.
  public struct StepCounts: Hashable, Sendable, CustomStringConvertible {
    /// Launches of kernels.
    public internal(set) var launches = 0
    /// Products of matrices.
    public internal(set) var products = 0
    /// Copies and fills of memory.
    public internal(set) var moves = 0
    /// Steps that the host computes.
    public internal(set) var hostSteps = 0

    public var description: String {
      "\(launches) launches, \(products) products, \(moves) copies and fills"
        + (hostSteps == 0 ? "" : ", \(hostSteps) steps on the host")
    }
  }

  /// What a run of a plan does.
  ///
  /// ```swift
  /// if let plan = try session.plan(of: [loss.output], targets: [train], feeding: feeds) {
  ///   print(try gpu.counts(of: plan))
  /// }
  /// ```
  /// Throws ``GraphError`` if a step can run nowhere.
  public func counts(of plan: ExecutionPlan) throws(GraphError) -> StepCounts {
    try CUDAProgram.counts(of: plan, open().context, options)
  }
}
