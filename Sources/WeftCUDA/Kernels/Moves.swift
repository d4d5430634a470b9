import WeftDevice
import WeftOps

/// A copy between strided layouts of the same sizes. Strides and offsets are in elements.
struct StridedMove {
  private(set) var sizes: [Int] = []
  private(set) var target: [Int] = []
  private(set) var source: [Int] = []
  let targetOffset: Int
  let sourceOffset: Int
  let dtype: DType

  init(
    _ sizes: [Int], target: [Int], source: [Int], targetOffset: Int = 0, sourceOffset: Int = 0,
    dtype: DType
  ) {
    self.targetOffset = targetOffset
    self.sourceOffset = sourceOffset
    self.dtype = dtype
    for (axis, size) in sizes.enumerated() where size != 1 {
      // Neighbours over which both go on evenly are one axis.
      if let last = self.target.last, last == target[axis] * size,
        self.source.last == source[axis] * size
      {
        self.sizes[self.sizes.count - 1] *= size
        self.target[self.target.count - 1] = target[axis]
        self.source[self.source.count - 1] = source[axis]
      } else {
        self.sizes.append(size)
        self.target.append(target[axis])
        self.source.append(source[axis])
      }
    }
  }

  var count: Int { sizes.reduce(1, *) }

  private var isWhole: Bool {
    targetOffset == 0 && sourceOffset == 0
      && (sizes.isEmpty || (sizes.count == 1 && target == [1] && source == [1]))
  }

  /// The command that does it; nil where there is nothing to do.
  func command(from operand: Int, to result: Int, _ request: CUDAKernelRequest)
    throws(OpFailure) -> CUDAKernel.Command?
  {
    try command(from: .input(operand), to: .output(result), request)
  }

  /// The command between any places.
  func command(
    from origin: CUDAKernel.Place, to goal: CUDAKernel.Place, _ request: CUDAKernelRequest
  ) throws(OpFailure) -> CUDAKernel.Command? {
    if count == 0 { return nil }
    if isWhole {
      return .copy(from: origin, to: goal, byteCount: count * dtype.byteCount)
    }
    guard sizes.count <= 8 else {
      throw OpFailure("a move over more than 8 axes", code: .unsupported)
    }
    if let tiles = try tiles(from: origin.argument, to: goal.argument) { return tiles }
    let unit = try KernelUnit(file: "move", ["T": dtype.cudaMoveType])
    return .launch(
      unit.launch(
        "move", grid: request.blocks(for: count),
        [
          goal.argument, origin.argument, .int64(count), .int64(targetOffset),
          .int64(sourceOffset), axes(target), axes(source),
        ]))
  }

  /// The sizes with the strides of one side, as the kernels take them: at least one axis.
  func axes(_ strides: [Int]) -> CUDAKernel.Argument {
    sizes.isEmpty ? .axes(sizes: [1], strides: [1]) : .axes(sizes: sizes, strides: strides)
  }
}

extension StridedMove {
  /// By tiles in shared memory, where the source goes on evenly along another axis than the target.
  private func tiles(
    from origin: CUDAKernel.Argument, to goal: CUDAKernel.Argument
  ) throws(OpFailure) -> CUDAKernel.Command? {
    guard sizes.count >= 2, target.last == 1, source.last != 1,
      let row = source.firstIndex(of: 1), sizes[row] >= 8, sizes[sizes.count - 1] >= 8
    else { return nil }
    let last = sizes.count - 1
    let others = sizes.indices.filter { $0 != row && $0 != last }
    func structure(_ strides: [Int]) -> CUDAKernel.Argument {
      .axes(sizes: others.map { sizes[$0] }, strides: others.map { strides[$0] })
    }
    let count = others.reduce(1) { $0 * sizes[$1] }
    let unit = try KernelUnit(file: "transpose", ["T": dtype.cudaMoveType])
    return .launch(
      unit.launch(
        "transpose",
        grid: [(sizes[last] + 31) / 32, min((sizes[row] + 31) / 32, 65_535), min(count, 65_535)],
        block: [32, 8, 1],
        [
          goal, origin, .int64(sizes[row]), .int64(sizes[last]),
          .int64(target[row]), .int64(source[last]), .int64(targetOffset), .int64(sourceOffset),
          .int64(count), structure(target), structure(source),
        ]))
  }
}

extension CUDAKernel.Place {
  /// The place as an argument of a kernel.
  var argument: CUDAKernel.Argument {
    switch self {
    case .input(let index): .input(index)
    case .output(let index): .output(index)
    case .scratch(let offset): .scratch(offset)
    }
  }
}

extension CUDAKernel.Argument {
  /// The kernels' structure `Axes`, for up to eight axes.
  static func axes(sizes: [Int], strides: [Int]) -> CUDAKernel.Argument {
    let rest = Array(repeating: 0, count: max(0, 8 - sizes.count))
    return .structure([sizes.count] + sizes + rest + strides + rest)
  }
}

/// One copy from an operand to a result.
func planMove(_ move: StridedMove, from operand: Int = 0, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  CUDAKernel(
    commands: [try move.command(from: operand, to: 0, request)].compactMap { $0 })
}

/// The position of an index.
func offset(_ index: [Int], _ strides: [Int]) -> Int {
  zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
}

extension ExecutionPlan.Value {
  /// The strides of its elements.
  var strides: [Int] { rowMajorStrides(shape) }
}

extension BroadcastTo: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    return try planMove(
      StridedMove(
        output.shape, target: output.strides,
        source: broadcastStrides(of: request.inputs[0].shape, to: output.shape),
        dtype: output.dtype), request)
  }
}

extension Transpose: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    let rank = input.shape.count
    let axes = try request.integers(1).map { $0 < 0 ? $0 + rank : $0 }
    guard axes.sorted() == Array(0..<rank) else {
      throw OpFailure("\(axes) does not order \(rank) axes", code: .invalidShape)
    }
    let strides = input.strides
    return try planMove(
      StridedMove(
        output.shape, target: output.strides, source: axes.map { strides[$0] },
        dtype: input.dtype), request)
  }
}

extension Tile: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let input = request.inputs[0].value
    let multiples = try request.integers(1)
    guard multiples.count == input.shape.count else {
      throw OpFailure("\(multiples) does not fit \(input.shape)", code: .invalidShape)
    }
    // Each axis as two: the repetitions, between which nothing moves, and the elements.
    var sizes: [Int] = []
    var source: [Int] = []
    for (axis, stride) in input.strides.enumerated() {
      sizes += [multiples[axis], input.shape[axis]]
      source += [0, stride]
    }
    return try planMove(
      StridedMove(sizes, target: rowMajorStrides(sizes), source: source, dtype: input.dtype),
      request)
  }
}
