import WeftDevice

extension CUDAProgram {
  /// The commands of a plan in order, in words: for tests and for looking into a step.
  static func listing(
    of plan: ExecutionPlan, _ context: CUDAContext, _ options: CUDAOptions
  ) throws(GraphError) -> [String] {
    var lines: [String] = []
    for segment in try arrange(plan, context, options).segments {
      switch segment {
      case .check: lines.append("check")
      case .host(let step): lines.append("host: \(plan.steps[step].name)")
      case .device(let issues):
        for issue in issues {
          let names = issue.steps.map { plan.steps[$0].name }.joined(separator: ", ")
          switch issue.work {
          case .joined(let joined):
            let kernels = joined.parts.map(\.launch.kernel).joined(separator: " + ")
            lines.append("launch \(kernels): \(names)")
          case .command(.launch(let launch)): lines.append("launch \(launch.kernel): \(names)")
          case .command(.product(let product)):
            lines.append("product \(product.m) x \(product.k) x \(product.n): \(names)")
          case .command(.copy): lines.append("copy: \(names)")
          case .command(.fill): lines.append("fill: \(names)")
          }
        }
      }
    }
    return lines
  }

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

  /// The commands of a run of a plan in order, a line for each.
  public func listing(of plan: ExecutionPlan) throws(GraphError) -> [String] {
    try CUDAProgram.listing(of: plan, open().context, options)
  }
}
