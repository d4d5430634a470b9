import WeftDevice
import WeftOps

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
    let unit = try KernelUnit(sorting: ["I": ids.dtype.cudaType, "SEGMENTS": "1"])
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

extension KernelUnit {
  fileprivate init(sorting macros: [String: String]) throws(OpFailure) {
    guard let gather = Self.files["gather"], let sort = Self.files["sort"] else {
      throw OpFailure("there is no CUDA source 'sort'", code: .invalidState)
    }
    self.init(name: "sort", text: gather + sort, macros: macros)
  }
}

/// What the rows of a key become.
private struct KeyReduction {
  var accumulator: String
  /// What is accumulated in where many rows meet.
  var wide: String
  var step: String
  var seed = "(a)"
  var empty = "0"
  var finish = "(a)"

  /// The sum, the mean, the product or the largest of numbers of a type.
  static func sum(_ dtype: DType) -> KeyReduction {
    dtype.isFloating
      ? KeyReduction(accumulator: dtype.cudaType, wide: "double", step: "((a) + (b))")
      : KeyReduction(accumulator: dtype.wrapping, wide: dtype.wrapping, step: "((a) + (b))")
  }

  static func mean(_ dtype: DType) -> KeyReduction {
    KeyReduction(
      accumulator: "double", wide: "double", step: "((a) + (b))",
      finish: "((a) / (double)(count))")
  }

  static func product(_ dtype: DType) -> KeyReduction {
    var result = sum(dtype)
    result.accumulator = result.wide
    result.step = "((a) * (b))"
    result.empty = "1"
    return result
  }

  /// The largest; of one that is compared with NaN, the later.
  static func largest(_ dtype: DType) -> KeyReduction {
    KeyReduction(
      accumulator: dtype.cudaType, wide: dtype.cudaType, step: "((a) > (b) ? (a) : (b))",
      seed: "((EMPTY) > (a) ? (EMPTY) : (a))", empty: dtype.lowestFiniteInCUDA)
  }

  /// The largest, 0 for none; of one that is compared with NaN, the earlier.
  static func largestOrZero(_ dtype: DType) -> KeyReduction {
    KeyReduction(
      accumulator: dtype.cudaType, wide: dtype.cudaType, step: "((a) < (b) ? (b) : (a))")
  }
}

extension DType {
  /// An unsigned type in which whole numbers wrap.
  fileprivate var wrapping: String { byteCount == 8 ? "unsigned long long" : "unsigned int" }

  /// The lowest number that is not infinite, in CUDA C.
  fileprivate var lowestFiniteInCUDA: String {
    switch self {
    case .float32: "__uint_as_float(0xff7fffffu)"
    case .float64: "__longlong_as_double((long long)0xffefffffffffffffULL)"
    default: lowestInCUDA
    }
  }
}

/// The results of keys, over the rows of an operand.
private func planKeys(
  _ reduction: KeyReduction, _ sorted: SortedRows, data: Int, keys: Int, count: Int,
  _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let output = request.outputs[0]
  let width = keys == 0 ? 0 : output.count / keys
  // A warp for each result where very many rows meet in few. Its sums are kept in `double`; one thread adds
  // in the element type, as the specification does.
  let isShared =
    count / max(1, keys) >= 1024 && output.count < request.multiprocessors * 1024
  let unit = try KernelUnit(
    file: "scatter",
    [
      "REDUCE": "1", "T": output.dtype.cudaType,
      "A": isShared ? reduction.wide : reduction.accumulator, "LOAD(x)": "(A)(x)",
      "SEED(a)": reduction.seed, "STEP(a, b)": reduction.step, "EMPTY": reduction.empty,
      "FINISH(a, count)": reduction.finish, "WIDTH": isShared ? "32" : "1",
    ])
  let launch = unit.launch(
    "reduce_keys", grid: request.blocks(for: output.count * (isShared ? 32 : 1)),
    [
      .output(0), .input(data), sorted.keys, sorted.rows, .int64(count), .int64(output.count),
      .int64(width),
    ])
  return CUDAKernel(
    commands: sorted.commands + [.launch(launch)], scratchByteCount: sorted.scratchByteCount)
}

extension UnsortedSegmentSum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planSegments(.sum(request.outputs[0].dtype), request)
  }
}

extension UnsortedSegmentMax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planSegments(.largest(request.outputs[0].dtype), request)
  }
}

private func planSegments(_ reduction: KeyReduction, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let (ids, output) = (request.inputs[1], request.outputs[0])
  let segments = output.shape.first ?? 0
  if ids.count == 0 {
    if output.count == 0 { return CUDAKernel() }
    guard reduction.empty == "0" else {
      throw OpFailure("segments without any rows", code: .unsupported)
    }
    return CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: output.byteCount)])
  }
  let sorted = try SortedRows.bySegment(1, segments: segments, allowsNegative: true, request)
  var kernel =
    output.count == 0
    ? CUDAKernel(commands: sorted.commands, scratchByteCount: sorted.scratchByteCount)
    : try planKeys(reduction, sorted, data: 0, keys: segments, count: ids.count, request)
  kernel.failure = { _, detail in
    OpFailure("segment number \(FailedIndex(detail).number) is not below \(segments)")
  }
  return kernel
}

/// Segments whose numbers rise and are known while planning.
private func planRisingSegments(_ reduction: KeyReduction, _ request: CUDAKernelRequest)
  throws(OpFailure) -> CUDAKernel
{
  let ids = try request.integers(1)
  guard ids == ids.sorted(), (ids.first ?? 0) >= 0 else {
    throw OpFailure("segment numbers must not fall: \(ids.prefix(8))")
  }
  return try planSegments(reduction, request)
}

extension SegmentSum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.sum(request.outputs[0].dtype), request)
  }
}

extension SegmentMean: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.mean(request.outputs[0].dtype), request)
  }
}

extension SegmentProd: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.product(request.outputs[0].dtype), request)
  }
}

extension SegmentMax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planRisingSegments(.largestOrZero(request.outputs[0].dtype), request)
  }
}

extension ScatterNd: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (index, output) = (request.inputs[0], request.outputs[0])
    let depth = index.shape.last ?? 0
    let points = index.shape.dropLast().reduce(1, *)
    let keys = output.shape.prefix(depth).reduce(1, *)
    if points == 0 {
      return output.count == 0
        ? CUDAKernel()
        : CUDAKernel(commands: [.fill(.output(0), byte: 0, byteCount: output.byteCount)])
    }
    let axes = CUDAKernel.Argument.structure(try pointAxes(output.shape, depth: depth))
    let unit = try KernelUnit(sorting: ["I": index.dtype.cudaType, "POINTS": "1", "T": "char"])
    let sorted = try SortedRows(count: points, limit: keys, unit: unit, request) { place in
      unit.launch(
        "point_keys", grid: request.blocks(for: points),
        [.status, place, .input(0), .int64(points), .int64(keys), axes])
    }
    var kernel =
      output.count == 0
      ? CUDAKernel(commands: sorted.commands, scratchByteCount: sorted.scratchByteCount)
      : try planKeys(.sum(output.dtype), sorted, data: 1, keys: keys, count: points, request)
    kernel.failure = pointFailure(output.shape)
    return kernel
  }
}
