import WeftDevice
import WeftOps

/// The kernels of every reduction whose axes are known.
func planReduction(_ function: ReductionFunction, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let axes = try reducedAxes(try request.integers(1), rank: request.inputs[0].shape.count)
  return try planReduction(function, over: axes, request)
}

/// The reduction of operand 0 over some axes.
func planReduction(
  _ function: ReductionFunction, over axes: Set<Int>, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  try planReduction(
    reductionMacros(function, request.inputs[0].dtype), over: axes, of: request.inputs[0].shape,
    at: .input(0), request)
}

/// What is summed of an element.
enum Summand { case value, square }

/// A sum over some axes of operand 0 with another result than the sum: an expression of it, `a`.
func planSum(
  of summand: Summand, finish: String, over axes: Set<Int>, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  var macros = reductionMacros(.sum, request.inputs[0].dtype)
  if summand == .square { macros["LOAD(x)"] = "((A)(x) * (A)(x))" }
  macros["FINISH(a, count)"] = finish
  return try planReduction(
    macros, over: axes, of: request.inputs[0].shape, at: .input(0), request)
}

/// The reduction of elements at an address; its own working memory begins at an offset.
///
/// Real numbers are summed in `double`, in an order that depends on the shapes alone.
func planReduction(
  _ macros: [String: String], over axes: Set<Int>, of shape: [Int],
  at place: CUDAKernel.Argument, scratch: Int = 0, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let split = SplitAxes(shape, reduced: axes)
  if split.results == 0 { return CUDAKernel() }
  guard split.kept.sizes.count <= 8, split.reduced.sizes.count <= 8 else {
    throw OpFailure("a reduction over more than 8 separate axes", code: .unsupported)
  }
  let unit = try KernelUnit(file: "reduce", macros)
  let places = [
    CUDAKernel.Argument.structure(split.kept.structure), .structure(split.reduced.structure),
  ]
  // A block for each result pays where there is much to read for it.
  if split.count < 64 || split.results >= 4096 {
    return CUDAKernel(
      unit.launch(
        "reduce_threads", grid: request.blocks(for: split.results),
        [.output(0), place, .int64(split.results), .int64(split.count)] + places))
  }
  let wanted = max(1, request.multiprocessors * 4 / split.results)
  let parts = max(1, min(wanted, split.count / 4096))
  let blocks = unit.launch(
    "reduce_blocks", grid: [split.results, parts, 1], block: [256, 1, 1],
    [.output(0), .scratch(scratch), place, .int64(split.count)] + places)
  if parts == 1 { return CUDAKernel(blocks) }
  let last = unit.launch(
    "reduce_parts", grid: split.results,
    [.output(0), .scratch(scratch), .int64(parts), .int64(split.count)])
  return CUDAKernel(blocks, last, scratchByteCount: scratch + split.results * parts * 8)
}

/// What the reduction is of an element type.
func reductionMacros(_ function: ReductionFunction, _ dtype: DType) -> [String: String] {
  let isReal = dtype.isFloating
  let accumulator =
    isReal ? "double" : dtype == .bool ? "int" : dtype == .int64 ? "long long" : "int"
  var result = [
    "T": dtype.cudaType, "A": accumulator, "LOAD(x)": "(A)(x)", "FINISH(a, count)": "(a)",
  ]
  // Of the accumulator: real numbers are compared in `double`.
  let lowest = isReal ? DType.float64.lowestInCUDA : dtype.lowestInCUDA
  let highest = isReal ? DType.float64.highestInCUDA : dtype.highestInCUDA
  // Whole numbers wrap; sums of signed ones would not be defined.
  let wide = dtype == .int64 ? "unsigned long long" : "unsigned"
  func joined(_ symbol: String) -> String {
    isReal ? "((a) \(symbol) (b))" : "(A)((\(wide))(a) \(symbol) (\(wide))(b))"
  }
  func chosen(_ symbol: String) -> String {
    isReal
      ? "((a) != (a) || (a) \(symbol) (b) ? (a) : (b))" : "((a) \(symbol) (b) ? (a) : (b))"
  }
  switch function {
  case .sum, .mean:
    result["FIRST"] = "0"
    result["STEP(a, b)"] = joined("+")
    if function == .mean {
      result["FINISH(a, count)"] =
        isReal
        ? "((a) / (double)(count))"
        : "((count) == 0 ? 0 : (A)((double)(a) / (double)(count)))"
    }
  case .prod:
    result["FIRST"] = "1"
    result["STEP(a, b)"] = joined("*")
  case .max, .any:
    result["FIRST"] = function == .any ? "0" : lowest
    result["STEP(a, b)"] = chosen(">")
  case .min, .all:
    result["FIRST"] = function == .all ? "1" : highest
    result["STEP(a, b)"] = chosen("<")
  }
  return result
}

/// The axes of an operand, those that stay and those that go, neighbours of a kind joined.
struct SplitAxes {
  /// Sizes and strides of some axes.
  struct Part {
    var sizes: [Int] = []
    var strides: [Int] = []

    /// As the kernels take it.
    var structure: [Int] {
      let rest = Array(repeating: 0, count: max(0, 8 - sizes.count))
      return [sizes.count] + sizes + rest + strides + rest
    }
  }

  private(set) var kept = Part()
  private(set) var reduced = Part()
  /// How many results there are.
  let results: Int
  /// How many elements meet in each.
  let count: Int

  init(_ shape: [Int], reduced axes: Set<Int>) {
    let strides = rowMajorStrides(shape)
    var before: Bool?
    for (axis, size) in shape.enumerated() where size != 1 {
      let goes = axes.contains(axis)
      func add(_ part: inout Part) {
        if before == goes, let last = part.sizes.last {
          part.sizes[part.sizes.count - 1] = last * size
          part.strides[part.strides.count - 1] = strides[axis]
        } else {
          part.sizes.append(size)
          part.strides.append(strides[axis])
        }
      }
      if goes { add(&reduced) } else { add(&kept) }
      before = goes
    }
    results = kept.sizes.reduce(1, *)
    count = reduced.sizes.reduce(1, *)
  }
}
