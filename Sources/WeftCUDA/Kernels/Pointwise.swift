import WeftDevice

/// A formula as one generated kernel over the broadcast operands.
///
/// Axes over which no operand is stretched are joined. One axis that is left makes a flat kernel, two
/// make one that goes down the rows with the column in a register, more take divisions.
func planPointwise(_ expression: ScalarExpression, _ request: CUDAKernelRequest) throws(OpFailure)
  -> CUDAKernel
{
  let output = request.outputs[0]
  let operands = request.inputs.map { ($0.dtype, $0.shape) }
  return try planPointwise(
    expression, dtype: output.dtype, shape: output.shape, inputs: operands,
    arguments: request.inputs.indices.map { .input($0) }, to: .output(0), request)
}

/// A formula over operands that need not be those of the step.
func planPointwise(
  _ expression: ScalarExpression, dtype: DType, shape: [Int],
  inputs: [(dtype: DType, shape: [Int])],
  arguments: [CUDAKernel.Argument], to target: CUDAKernel.Argument, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let count = shape.reduce(1, *)
  if count == 0 { return CUDAKernel() }
  var source = PointwiseSource(inputs: inputs.map(\.dtype))
  let function = try source.function(expression, as: dtype)
  let axes = JoinedAxes(shape, inputs.map(\.shape))
  let generated = PointwiseKernel(
    inputs: inputs.map(\.dtype), output: dtype, mayFail: source.mayFail)
  // Small results have too few elements to give four to a thread.
  let inPacks =
    count >= 1 << 16 && axes.takesPacks && ([target] + arguments).allSatisfy(\.isAligned)
  var kernel = generated.axes
  var (tail, grid, block): ([CUDAKernel.Argument], [Int], [Int])
  switch axes.sizes.count {
  case 1 where inPacks:
    kernel = generated.flatPacks(strides: axes.strides.map { $0.first ?? 0 })
    let blocks = request.blocks(for: count / 4)
    (tail, grid, block) = ([.int64(count)], [blocks, 1, 1], [256, 1, 1])
  case 2 where inPacks:
    kernel = generated.rowPacks(columnStrides: axes.strides.map { $0[1] })
    let (rows, packs) = (axes.sizes[0], axes.sizes[1] / 4)
    let width = packs >= 256 ? 256 : packs >= 64 ? 64 : 32
    let across = (packs + width - 1) / width
    let height = 256 / width
    let down = min((rows + height - 1) / height, max(1, request.multiprocessors * 8 / across))
    tail = axes.strides.map { .int64($0[0]) } + [.int64(rows), .int64(axes.sizes[1])]
    (grid, block) = ([across, min(down, 65_535), 1], [width, height, 1])
  case 0, 1:
    kernel = generated.flat(strides: axes.strides.map { $0.first ?? 0 })
    (tail, grid, block) = ([.int64(count)], [request.blocks(for: count), 1, 1], [256, 1, 1])
  case 2:
    kernel = generated.rows
    let (rows, columns) = (axes.sizes[0], axes.sizes[1])
    let width = columns >= 256 ? 256 : (columns + 31) / 32 * 32
    let height = 256 / width
    let across = (columns + width - 1) / width
    let down = min((rows + height - 1) / height, max(1, request.multiprocessors * 8 / across))
    tail = axes.strides.flatMap { [.int64($0[0]), .int64($0[1])] }
    tail += [.int64(rows), .int64(columns)]
    (grid, block) = ([across, min(down, 65_535), 1], [width, height, 1])
  case 3...8:
    let rest = Array(repeating: 0, count: 8 - axes.sizes.count)
    tail = axes.strides.map { .structure($0 + rest) }
    tail.append(.structure([axes.sizes.count] + axes.sizes + rest))
    tail.append(.int64(count))
    (grid, block) = ([request.blocks(for: count), 1, 1], [256, 1, 1])
  default: throw OpFailure("broadcasting over more than 8 axes", code: .unsupported)
  }
  let helpers = KernelUnit.files["pointwise"] ?? ""
  let unit = KernelUnit(name: "pointwise", text: helpers + "\n" + function + "\n" + kernel)
  let head: [CUDAKernel.Argument] = source.mayFail ? [target, .status] : [target]
  let launch = unit.launch("run", grid: grid, block: block, head + arguments + tail)
  var result = CUDAKernel(commands: [.launch(launch)])
  if source.mayFail { result.failure = { code, _ in pointwiseFailure(code) } }
  return result
}

extension CUDAKernel.Argument {
  /// Whether sixteen bytes can be read there at once: values lie at multiples of 64 bytes.
  fileprivate var isAligned: Bool {
    if case .scratch(let offset) = self { offset % 16 == 0 } else { true }
  }
}

func pointwiseFailure(_ code: Int) -> OpFailure {
  code == 1
    ? OpFailure("integer division by zero", code: .evaluationFailed)
    : OpFailure("an integer to a negative power", code: .evaluationFailed)
}
