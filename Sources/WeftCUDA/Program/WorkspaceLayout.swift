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
  let fetchedOffset: Int
  /// Where each fetch begins.
  let fetchOffsets: [Int]
  /// Where each step's status word is; nil for steps that cannot fail.
  let statusOffsets: [Int?]
  let statusRange: Range<Int>
  /// What is copied from the GPU at the end of a run, from ``fetchedOffset`` on.
  let fetchedByteCount: Int
  /// Where each step's working memory begins.
  let scratchOffsets: [Int]
  /// Where the mask of each step's rectifier begins; nil for steps that note none.
  let maskOffsets: [Int?]
  /// Where each step's counters begin, which are 0 between launches.
  let ticketOffsets: [Int]
  let ticketRange: Range<Int>
  /// Where each value begins that lies neither in a variable nor in a constant.
  let valueOffsets: [Int?]
  let byteCount: Int

  /// The room for working memory that no other step uses.
  private static let ownRoom = 1 << 20

  init(_ plan: ExecutionPlan, _ steps: [PlannedStep]) {
    var size = 0
    func take(_ byteCount: Int) -> Int {
      defer { size += Self.rounded(byteCount) }
      return size
    }
    let feeds = plan.feeds.map { take(plan.values[$0].byteCount) }
    feedOffsets = feeds
    let kernels = steps.map { step -> CUDAKernel? in
      if case .kernel(let kernel) = step { kernel } else { nil }
    }
    randomOffsets = kernels.map { $0?.randomBlocks == nil ? nil : take(24) }
    sentByteCount = size
    let arena = take(plan.arenaByteCount)
    fetchedOffset = size
    let fetches = plan.fetches.map { take(plan.values[$0].byteCount) }
    fetchOffsets = fetches
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
    let ticketStart = size
    var ticketEnd = ticketStart
    ticketOffsets = kernels.map { kernel in
      defer { ticketEnd += 4 * (kernel?.ticketCount ?? 0) }
      return ticketEnd
    }
    ticketRange = ticketStart..<ticketEnd
    _ = take(ticketEnd - ticketStart)
    maskOffsets = kernels.map { kernel in
      let masks = (kernel?.commands ?? []).compactMap { command -> Int? in
        guard case .product(let product) = command, product.mask?.isWritten == true else {
          return nil
        }
        return product.maskByteCount
      }
      return masks.first.map(take)
    }
    // Large working memory is shared by all steps that need some: they run one after the other.
    var room = Self.ownRoom
    var shared = 0
    let own = kernels.map { kernel -> Int? in
      let byteCount = kernel?.scratchByteCount ?? 0
      if byteCount <= room {
        room -= byteCount
        return byteCount == 0 ? 0 : take(byteCount)
      }
      shared = max(shared, byteCount)
      return nil
    }
    let sharedOffset = take(shared)
    scratchOffsets = own.map { $0 ?? sharedOffset }
    let views = PlanViews(plan)
    var places: [Int: Int] = [:]
    valueOffsets = plan.values.indices.map { index in
      switch plan.values[index].storage {
      case .feed(let feed): return feeds[feed]
      case .fetch(let fetch): return fetches[fetch]
      case .variable, .constant: return nil
      case .arena(let offset):
        let owner = views.owner(of: index)
        guard views.hasOwnPlace(owner) else { return arena + offset }
        if let place = places[owner] { return place }
        let place = take(plan.values[owner].byteCount)
        places[owner] = place
        return place
      }
    }
    byteCount = size
  }

  /// Nothing takes some room too, so that every address lies within the block.
  static func rounded(_ byteCount: Int) -> Int { (max(byteCount, 1) + 255) / 256 * 256 }
}
