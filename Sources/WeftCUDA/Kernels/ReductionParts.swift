import WeftDevice
import WeftOps

/// What the reduction is of an element type.
func reductionMacros(_ function: ReductionFunction, _ dtype: DType) -> [String: String] {
  let isReal = dtype.isFloating
  let accumulator =
    isReal ? "double" : dtype == .bool ? "int" : dtype == .int64 ? "long long" : "int"
  var result = [
    "T": dtype.cudaType, "A": accumulator, "FINISH(a, count)": "(a)",
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

/// The axes of a formula's shape, those that stay and those that go, neighbours of a kind joined over
/// which every operand goes on evenly.
struct SplitAxes {
  /// Sizes of some axes, and for each operand its strides.
  struct Part {
    var sizes: [Int] = []
    var strides: [[Int]]
  }

  private(set) var kept: Part
  private(set) var reduced: Part
  /// How many results there are.
  let results: Int
  /// How many elements meet in each.
  let count: Int
  /// Whether neighbours in memory belong to neighbouring results.
  let isByColumns: Bool

  init(_ shape: [Int], reduced axes: Set<Int>, operands: [[Int]]) {
    kept = Part(strides: operands.map { _ in [] })
    reduced = kept
    let strides = operands.map { broadcastStrides(of: $0, to: shape) }
    var before: Bool?
    for (axis, size) in shape.enumerated() where size != 1 {
      let goes = axes.contains(axis)
      func add(_ part: inout Part) {
        let joins =
          before == goes && !part.sizes.isEmpty
          && strides.indices.allSatisfy { part.strides[$0].last == strides[$0][axis] * size }
        if joins {
          part.sizes[part.sizes.count - 1] *= size
          for operand in strides.indices {
            part.strides[operand][part.strides[operand].count - 1] = strides[operand][axis]
          }
        } else {
          part.sizes.append(size)
          for operand in strides.indices { part.strides[operand].append(strides[operand][axis]) }
        }
      }
      if goes { add(&reduced) } else { add(&kept) }
      before = goes
    }
    results = kept.sizes.reduce(1, *)
    count = reduced.sizes.reduce(1, *)
    isByColumns = before == false && !reduced.sizes.isEmpty
  }

  /// The bytes and the counters for what several blocks leave of each result.
  func room(_ parts: Int, each: Int) -> (bytes: Int, tickets: Int) {
    (results * parts * 8, (results + each - 1) / each)
  }
}
