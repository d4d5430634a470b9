import WeftDevice
import WeftOps

/// A strided move of a block whose place is read when the step runs, such as that of a batch of examples.
/// How large the block is has to be known.
struct RunTimeSlice {
  /// A number that says where the block begins: its position among them, the largest it may be, how far
  /// it moves the block.
  struct Place {
    let position: Int
    let largest: Int
    let stride: Int
  }

  /// The move for a block that begins at 0.
  let move: StridedMove
  let places: [Place]
  /// Whether negative numbers count from the end of their axis.
  let wraps: Bool
  /// Whether the numbers move what is written, else what is read.
  let movesTarget: Bool

  /// The launch that does it.
  ///
  /// - Parameter numbers: the operand that says where the block begins.
  func launch(from operand: Int, numbers: Int, _ request: CUDAKernelRequest) throws(OpFailure)
    -> CUDAKernel.Launch
  {
    guard move.sizes.count <= 8, places.count <= 8 else {
      throw OpFailure("a move over more than 8 axes", code: .unsupported)
    }
    let byteCount = packedByteCount
    let each = byteCount / move.dtype.byteCount
    let types = [1: "unsigned char", 2: "unsigned short", 4: "unsigned int", 16: "float4"]
    let unit = try KernelUnit(
      file: "slice",
      [
        "T": types[byteCount] ?? "unsigned long long",
        "I": request.inputs[numbers].dtype.cudaType, "WRAPS": wraps ? "1" : "0",
        "MOVES_TARGET": movesTarget ? "1" : "0",
      ])
    var sizes = move.sizes.isEmpty ? [1] : move.sizes
    sizes[sizes.count - 1] /= each
    func axes(_ strides: [Int]) -> CUDAKernel.Argument {
      .axes(
        sizes: sizes,
        strides: move.sizes.isEmpty ? [1] : strides.dropLast().map { $0 / each } + strides.suffix(1)
      )
    }
    let rest = Array(repeating: 0, count: 8 - places.count)
    let structure =
      [places.count] + places.map(\.position) + rest + places.map(\.largest) + rest
      + places.map { $0.stride / each } + rest
    return unit.launch(
      "slice", grid: request.blocks(for: move.count / each),
      [
        .status, .output(0), .input(operand), .input(numbers), .int64(move.count / each),
        .int64(move.targetOffset / each), .int64(move.sourceOffset / each), axes(move.target),
        axes(move.source), .structure(structure),
      ])
  }

  /// How many bytes are moved together: neighbours that lie beside each other on both sides, wherever the
  /// block begins.
  private var packedByteCount: Int {
    let one = move.dtype.byteCount
    guard let last = move.sizes.last, move.target.last == 1, move.source.last == 1 else {
      return one
    }
    let steps =
      [last, move.targetOffset, move.sourceOffset] + move.target.dropLast()
      + move.source.dropLast() + places.map(\.stride)
    return [16, 8, 4, 2].first { bytes in
      bytes > one && steps.allSatisfy { $0 * one % bytes == 0 }
    } ?? one
  }
}

extension SliceDefinition {
  /// The block's place is read when the step runs.
  func planReadingPlace(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    let places = input.shape.indices.map { axis in
      // An axis that is taken whole must begin at 0, and moves nothing.
      let room = input.shape[axis] - output.shape[axis]
      return RunTimeSlice.Place(
        position: axis, largest: room, stride: room == 0 ? 0 : input.strides[axis])
    }
    let slice = RunTimeSlice(
      move: StridedMove(
        output.shape, target: output.strides, source: input.strides, dtype: input.dtype),
      places: places, wraps: false, movesTarget: false)
    let (shape, size) = (input.shape, output.shape)
    return CUDAKernel(
      try slice.launch(from: 0, numbers: 1, request),
      failure: { _, detail in
        let failed = FailedIndex(detail)
        return OpFailure(
          "the block of size \(size) that begins at \(failed.number) on axis \(failed.position) lies outside \(shape)",
          code: .invalidShape)
      })
  }
}

/// A strided slice of which indices are read when the step runs; all else is known.
struct IndexedSlice {
  private let layout: SliceLayout
  private let places: [RunTimeSlice.Place]
  private let sizes: [Int: Int]

  /// - Parameters:
  ///   - shape: of what is sliced.
  ///   - operands: the positions of begin, end and strides among the operands.
  init(_ shape: [Int], _ masks: SliceMasks, _ request: CUDAKernelRequest) throws(OpFailure) {
    let steps = try request.integers(3)
    let zeros = steps.map { _ in 0 }
    // With 0 in the place of what is read.
    layout = try SliceLayout(
      ResolvedSlice(shape, begin: zeros, end: zeros, steps: steps, masks: masks), shape)
    let strides = rowMajorStrides(shape)
    var places: [RunTimeSlice.Place] = []
    var sizes: [Int: Int] = [:]
    var axis = 0
    for index in steps.indices {
      func has(_ mask: Int) -> Bool { index < Int.bitWidth - 1 && mask >> index & 1 == 1 }
      if has(masks.ellipsis) {
        let later = (index + 1..<max(steps.count, index + 1)).count { masks.newAxis >> $0 & 1 == 0 }
        axis = max(axis, shape.count - later)
      } else if !has(masks.newAxis) {
        if has(masks.shrinkAxis) {
          places.append(
            RunTimeSlice.Place(
              position: index, largest: shape[axis] - 1, stride: strides[axis]))
          sizes[index] = shape[axis]
        } else if !(has(masks.begin) && has(masks.end)) {
          throw OpFailure(
            "the bounds of axis \(axis) are known only when the step runs", code: .unsupported)
        }
        axis += 1
      }
    }
    self.places = places
    self.sizes = sizes
  }

  /// The move between the whole and the slice.
  func move(intoWhole: Bool, dtype: DType) -> RunTimeSlice {
    let dense = rowMajorStrides(layout.sizes)
    return RunTimeSlice(
      move: StridedMove(
        layout.sizes, target: intoWhole ? layout.strides : dense,
        source: intoWhole ? dense : layout.strides,
        targetOffset: intoWhole ? layout.offset : 0, sourceOffset: intoWhole ? 0 : layout.offset,
        dtype: dtype),
      places: places, wraps: true, movesTarget: intoWhole)
  }

  /// The error for an index that its axis does not have.
  var failure: @Sendable (Int, Int) -> OpFailure {
    let sizes = sizes
    return { _, detail in
      let failed = FailedIndex(detail)
      return OpFailure(
        "index \(failed.number) is outside an axis of size \(sizes[failed.position] ?? 0)",
        code: .invalidShape)
    }
  }
}
