import WeftDevice

/// What the rows of a key become.
struct KeyReduction {
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
  var wrapping: String { byteCount == 8 ? "unsigned long long" : "unsigned int" }

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
func planKeys(
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
