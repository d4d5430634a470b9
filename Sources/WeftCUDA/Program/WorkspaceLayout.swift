import WeftDevice

/// Where everything of a run lies in its one block of the GPU's memory: what is sent there, the arena,
/// what is fetched from there, the steps' own working memory.
struct WorkspaceLayout: Sendable {
  /// Where each feed begins.
  let feedOffsets: [Int]
  /// Where each step's random position begins; nil for steps that draw nothing.
  let randomOffsets: [Int?]
  /// What is copied to the GPU at the beginning of a run.
  let sentByteCount: Int
  let arenaOffset: Int
  let fetchedOffset: Int
  /// Where each fetch begins.
  let fetchOffsets: [Int]
  /// Where each step's status word is; nil for steps that cannot fail.
  let statusOffsets: [Int?]
  let statusRange: Range<Int>
  /// What is copied from the GPU at the end of a run, from ``fetchedOffset`` on.
  let fetchedByteCount: Int
  let scratchOffset: Int
  let productOffset: Int
  let byteCount: Int

  /// The most working memory that products are given, in bytes.
  static let productByteCount = 32 << 20

  init(_ plan: ExecutionPlan, _ steps: [PlannedStep]) {
    var size = 0
    func take(_ byteCount: Int) -> Int {
      defer { size += Self.rounded(byteCount) }
      return size
    }
    feedOffsets = plan.feeds.map { take(plan.values[$0].byteCount) }
    let kernels = steps.map { step -> CUDAKernel? in
      if case .kernel(let kernel) = step { kernel } else { nil }
    }
    randomOffsets = kernels.map { $0?.randomBlocks == nil ? nil : take(24) }
    sentByteCount = size
    arenaOffset = take(plan.arenaByteCount)
    fetchedOffset = size
    fetchOffsets = plan.fetches.map { take(plan.values[$0].byteCount) }
    let statusStart = size
    var statusEnd = statusStart
    statusOffsets = kernels.map { kernel in
      guard kernel?.failure != nil else { return nil }
      defer { statusEnd += 8 }
      return statusEnd
    }
    statusRange = statusStart..<statusEnd
    _ = take(statusEnd - statusStart)
    fetchedByteCount = statusEnd - fetchedOffset
    scratchOffset = take(kernels.map { $0?.scratchByteCount ?? 0 }.max() ?? 0)
    let hasProducts = kernels.contains {
      $0?.commands.contains { if case .product = $0 { true } else { false } } ?? false
    }
    productOffset = take(hasProducts ? Self.productByteCount : 0)
    byteCount = size
  }

  /// Nothing takes some room too, so that every address lies within the block.
  static func rounded(_ byteCount: Int) -> Int { (max(byteCount, 1) + 255) / 256 * 256 }
}
