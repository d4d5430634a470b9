import WeftDevice

/// Something done on the GPU in a run: a command of one step, or launches of several as one.
struct Issue: Sendable {
  enum Work: Sendable {
    case command(CUDAKernel.Command)
    case joined(JoinedLaunch)
  }

  /// The steps that it belongs to.
  let steps: [Int]
  let work: Work
}

/// Launches of several steps, or of one, that do not depend on each other.
struct JoinedLaunch: Sendable {
  struct Part: Sendable {
    let step: Int
    let launch: CUDAKernel.Launch
    /// Which of the unit's kernels it is.
    let body: Int
  }

  let parts: [Part]
  let unit: JoinedUnit
  /// The blocks of all parts.
  let grid: Int

  /// Kernels in one launch at most: more would take registers from all of them.
  static let mostBodies = 10
  /// Words of the table at most; a kernel's parameters may have 4 KiB.
  static let mostWords = 480

  /// As many of the launches as fit into one, from the first on.
  init(taking launches: inout ArraySlice<(step: Int, launch: CUDAKernel.Launch)>) {
    var bodies: [JoinedUnit.Body] = []
    var parts: [Part] = []
    var words = 0
    var grid = 0
    while let (step, launch) = launches.first {
      let body = JoinedUnit.Body(
        unit: launch.unit, kernel: launch.kernel, arguments: launch.arguments.map(\.kind))
      let size = 5 + body.arguments.reduce(0) { $0 + $1.wordCount }
      let blocks = launch.grid.reduce(1, *)
      let known = bodies.firstIndex(of: body)
      if !parts.isEmpty,
        words + size > Self.mostWords || (known == nil && bodies.count == Self.mostBodies)
          || grid + blocks > Int(Int32.max)
      {
        break
      }
      if known == nil { bodies.append(body) }
      parts.append(Part(step: step, launch: launch, body: known ?? bodies.count - 1))
      words += size
      grid += blocks
      launches = launches.dropFirst()
    }
    self.parts = parts
    self.grid = grid
    // Few sizes, so that equal kernels are equal programs.
    unit = JoinedUnit(bodies, wordCount: words <= 96 ? 96 : words <= 224 ? 224 : Self.mostWords)
  }

  /// The table that says which block does what. See ``JoinedUnit``.
  func table(_ words: (Part, CUDAKernel.Argument) -> [UInt64]) -> [UInt64] {
    var first = 0
    var firsts: [UInt64] = []
    var starts: [UInt64] = []
    var contents: [UInt64] = []
    for part in parts {
      let (grid, block) = (part.launch.grid, part.launch.block)
      firsts.append(UInt64(first))
      starts.append(UInt64(2 * parts.count + contents.count))
      first += grid.reduce(1, *)
      contents.append(UInt64(part.body))
      contents.append(UInt64(grid[0]) | UInt64(grid[1]) << 32)
      contents.append(UInt64(block[0]) | UInt64(block[1]) << 16 | UInt64(grid[2]) << 32)
      for argument in part.launch.arguments { contents += words(part, argument) }
    }
    let used = firsts + starts + contents
    return used + Array(repeating: 0, count: max(0, unit.wordCount - used.count))
  }
}

extension CUDAKernel.Argument {
  /// How it stands in a table of arguments.
  var kind: JoinedUnit.Kind {
    switch self {
    case .input, .output, .scratch, .random, .status, .tickets, .value: .pointer
    case .int32: .int32
    case .int64: .int64
    case .float: .float
    case .double: .double
    case .structure(let words): .structure(words.count)
    }
  }
}

extension CUDAKernel.Launch {
  /// Whether it may be one of several in a launch: blocks of up to 256 threads in two dimensions, that need
  /// little shared memory.
  var mayJoin: Bool {
    let names: Set = [
      "pointwise", "reduce", "optimizers", "softmax", "cross_entropy", "move", "random", "matmul",
      "arg_extreme", "transpose", "slice", "numerics",
    ]
    return names.contains(unit.name) && sharedByteCount == 0 && block.reduce(1, *) <= 256
      && block[2] == 1 && grid[0] * grid[1] * grid[2] <= Int(Int32.max)
  }
}
