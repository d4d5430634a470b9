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
  let input = request.inputs[0]
  return try Reduction(reductionMacros(function, input.dtype), of: input, over: axes).plan(request)
}

/// What is summed of an element.
enum Summand { case value, square }

/// A sum over some axes of operand 0 with another result than the sum: an expression of it, `a`.
func planSum(
  of summand: Summand, finish: String, over axes: Set<Int>, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let input = request.inputs[0]
  var reduction = Reduction(reductionMacros(.sum, input.dtype), of: input, over: axes)
  if summand == .square { reduction.load = { "((A)(\($0)) * (A)(\($0)))" } }
  reduction.macros["FINISH(a, count)"] = finish
  return try reduction.plan(request)
}

/// A reduction of a formula over some axes of its shape.
///
/// Real numbers are summed in `double`, in an order that depends on the shapes alone.
struct Reduction {
  var macros: [String: String]
  /// The formula's element type and shape.
  let dtype: DType
  let shape: [Int]
  let axes: Set<Int>
  let expression: ScalarExpression
  let inputs: [(dtype: DType, shape: [Int])]
  /// An element as what is accumulated.
  var load: (String) -> String = { "(A)(\($0))" }
  /// What is done with a result, `value`, for place `i` of `y`.
  var store = "y[i] = (value)"
  /// Further parameters, last.
  var extra: [String] = []

  init(_ macros: [String: String], of input: CUDAKernelRequest.Operand, over axes: Set<Int>) {
    self.init(
      macros, of: .input(0), dtype: input.dtype, shape: input.shape,
      inputs: [(input.dtype, input.shape)], over: axes)
  }

  init(
    _ macros: [String: String], of expression: ScalarExpression, dtype: DType, shape: [Int],
    inputs: [(dtype: DType, shape: [Int])], over axes: Set<Int>
  ) {
    (self.macros, self.expression, self.dtype, self.shape) = (macros, expression, dtype, shape)
    (self.inputs, self.axes) = (inputs, axes)
  }

  /// The launch; operands are those of the request, from the first on.
  func plan(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let split = SplitAxes(shape, reduced: axes, operands: inputs.map(\.shape))
    if split.results == 0 { return CUDAKernel() }
    guard split.kept.sizes.count <= 8, split.reduced.sizes.count <= 8 else {
      throw OpFailure("a reduction over more than 8 separate axes", code: .unsupported)
    }
    var source = PointwiseSource(inputs: inputs.map(\.dtype))
    let function = try source.function(expression, as: dtype)
    let unit = unit(function, mayFail: source.mayFail, split)
    var extents = split.kept.sizes + split.reduced.sizes
    if split.kept.sizes.isEmpty { extents.insert(1, at: 0) }
    if split.reduced.sizes.isEmpty { extents.append(1) }
    let tail = [CUDAKernel.Argument.structure(extents)] + operands(split)
    let head: [CUDAKernel.Argument] = source.mayFail ? [.output(0), .status] : [.output(0)]
    let sizes: [CUDAKernel.Argument] = [.int64(split.results), .int64(split.count)]
    var kernel: CUDAKernel
    switch Shape(split, request.multiprocessors) {
    case .threads:
      kernel = CUDAKernel(
        unit.launch(
          "reduce_threads", grid: request.blocks(for: split.results), head + sizes + tail))
    case .warps:
      kernel = CUDAKernel(
        unit.launch(
          "reduce_warps", grid: request.blocks(for: split.results, each: 8), head + sizes + tail))
    case .blocks(let parts):
      kernel = CUDAKernel(
        unit.launch(
          "reduce_blocks", grid: [split.results, parts, 1], block: [256, 1, 1],
          head + [.scratch(0), .tickets(0), .int64(split.count)] + tail))
      if parts > 1 { (kernel.scratchByteCount, kernel.ticketCount) = split.room(parts, each: 1) }
    case .columns(let parts):
      kernel = CUDAKernel(
        unit.launch(
          "reduce_columns", grid: [(split.results + 31) / 32, parts, 1], block: [32, 8, 1],
          head + [.scratch(0), .tickets(0)] + sizes + tail))
      if parts > 1 { (kernel.scratchByteCount, kernel.ticketCount) = split.room(parts, each: 32) }
    }
    if source.mayFail { kernel.failure = { code, _ in pointwiseFailure(code) } }
    return kernel
  }

  /// How the work is shared out.
  private enum Shape {
    case threads, warps
    case blocks(Int)
    case columns(Int)

    init(_ split: SplitAxes, _ multiprocessors: Int) {
      let wanted = multiprocessors * 4
      if split.isByColumns, split.count >= 16 {
        let tiles = (split.results + 31) / 32
        let parts = max(1, min(wanted / tiles, split.count / 256, 65_535))
        self = .columns(parts)
      } else if split.count < 32 || split.isByColumns {
        self = .threads
      } else if split.count <= 1024 || split.results >= wanted * 8 {
        self = .warps
      } else {
        self = .blocks(max(1, min(wanted / split.results, split.count / 4096, 65_535)))
      }
    }
  }

  private func unit(_ function: String, mayFail: Bool, _ split: SplitAxes) -> KernelUnit {
    var parameters: [String] = []
    var values: [String] = []
    for (index, input) in inputs.enumerated() {
      parameters += [
        "const \(input.dtype.cudaType) *x\(index)", "const __grid_constant__ Strides s\(index)",
      ]
      values.append(
        "x\(index)[kept_place(i, sizes, s\(index)) + reduced_place(j, sizes, s\(index))], ")
    }
    var macros = macros
    macros["PUT(i, value)"] = store
    macros["KEPT"] = "\(max(split.kept.sizes.count, 1))"
    macros["REDUCED"] = "\(max(split.reduced.sizes.count, 1))"
    var text = KernelUnit.files["reduce"] ?? ""
    // Not macros: what they say is rewritten with the rest where several kernels are joined.
    text = text.replacing("OPERANDS)", with: (parameters + extra).joined(separator: ", ") + ")")
    text = text.replacing("STATUS ", with: mayFail ? "unsigned long long *status, " : "")
    let call = "f(\(values.joined())\(mayFail ? "status" : "nullptr"))"
    text = text.replacing("ELEMENT)", with: load(call) + ")")
    let helpers = KernelUnit.files["pointwise"] ?? ""
    return KernelUnit(
      name: "reduce", text: [helpers, function, text].joined(separator: "\n"), macros: macros)
  }

  private func operands(_ split: SplitAxes) -> [CUDAKernel.Argument] {
    inputs.indices.flatMap { index -> [CUDAKernel.Argument] in
      var strides = split.kept.strides[index] + split.reduced.strides[index]
      if split.kept.sizes.isEmpty { strides.insert(0, at: 0) }
      if split.reduced.sizes.isEmpty { strides.append(0) }
      return [.input(index), .structure(strides)]
    }
  }
}
