import WeftDevice

/// Rows in the order of their keys, in working memory: the keys, then the rows.
struct SortedRows {
  /// What makes the keys and sorts them.
  private(set) var commands: [CUDAKernel.Command] = []
  let keys = CUDAKernel.Argument.scratch(0)
  let rows: CUDAKernel.Argument
  let scratchByteCount: Int

  /// Few rows are sorted by counting, in one launch.
  private static let few = 4096

  /// - Parameters:
  ///   - limit: a key beyond all others.
  ///   - makeKeys: the launch that writes the keys to an address.
  init(
    count: Int, limit: Int, unit: KernelUnit, _ request: CUDAKernelRequest,
    makeKeys: (CUDAKernel.Argument) -> CUDAKernel.Launch
  ) throws(OpFailure) {
    guard count < 1 << 31, limit < 1 << 32 else {
      throw OpFailure("2^31 rows and more", code: .unsupported)
    }
    let size = (count * 4 + 255) / 256 * 256
    rows = .scratch(size)
    let (otherKeys, otherRows) = (
      CUDAKernel.Argument.scratch(2 * size), .scratch(3 * size) as CUDAKernel.Argument
    )
    let number = CUDAKernel.Argument.int64(count)
    if count <= Self.few {
      scratchByteCount = 3 * size
      commands = [
        .launch(makeKeys(otherKeys)),
        .launch(
          unit.launch(
            "sort_few", grid: (count + 255) / 256, [keys, rows, otherKeys, number])),
      ]
      return
    }
    let blocks = (count + 2047) / 2048
    let counts = CUDAKernel.Argument.scratch(4 * size)
    scratchByteCount = 4 * size + blocks * 1024
    var passes = 1
    while limit >> (8 * passes) > 0 { passes += 1 }
    // The last pass writes to `keys` and `rows`.
    let places = [(keys, rows), (otherKeys, otherRows)]
    commands = [.launch(makeKeys(places[passes % 2].0))]
    for pass in 0..<passes {
      let (from, to) = (places[(passes - pass) % 2], places[(passes - pass - 1) % 2])
      let shift = CUDAKernel.Argument.int32(8 * pass)
      commands += [
        .launch(unit.launch("count_digits", grid: blocks, [counts, from.0, number, shift])),
        .launch(unit.launch("sum_counts", grid: 1, [counts, .int64(blocks * 256)])),
        .launch(
          unit.launch(
            "place_by_digit", grid: blocks,
            [to.0, to.1, from.0, from.1, counts, number, shift, .int32(pass == 0 ? 1 : 0)])),
      ]
    }
  }

  /// Rows by segment numbers.
  static func bySegment(
    _ operand: Int, segments: Int, allowsNegative: Bool, _ request: CUDAKernelRequest
  ) throws(OpFailure) -> SortedRows {
    let ids = request.inputs[operand]
    let unit = try KernelUnit(file: "sort", ["I": ids.dtype.cudaType, "SEGMENTS": "1"])
    return try SortedRows(count: ids.count, limit: segments, unit: unit, request) { keys in
      unit.launch(
        "segment_keys", grid: request.blocks(for: ids.count),
        [
          .status, keys, .input(operand), .int64(ids.count), .int64(segments),
          .int32(allowsNegative ? 1 : 0),
        ])
    }
  }
}
