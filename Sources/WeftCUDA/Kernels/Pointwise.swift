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
    tail = axes.strides.map { .structure($0 + padding($0.count)) }
    tail.append(.structure([axes.sizes.count] + axes.sizes + padding(axes.sizes.count)))
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

private func padding(_ count: Int) -> [Int] { Array(repeating: 0, count: 8 - count) }

func pointwiseFailure(_ code: Int) -> OpFailure {
  code == 1
    ? OpFailure("integer division by zero", code: .evaluationFailed)
    : OpFailure("an integer to a negative power", code: .evaluationFailed)
}

/// The axes of a broadcast result, neighbours joined over which every operand goes on evenly.
struct JoinedAxes {
  private(set) var sizes: [Int] = []
  /// For each operand a stride for each axis, 0 where it is stretched.
  private(set) var strides: [[Int]]

  init(_ shape: [Int], _ operands: [[Int]]) {
    strides = operands.map { _ in [] }
    let all = operands.map { broadcastStrides(of: $0, to: shape) }
    for (axis, size) in shape.enumerated() where size != 1 {
      let joins =
        !sizes.isEmpty
        && all.indices.allSatisfy { strides[$0].last == all[$0][axis] * size }
      if joins {
        sizes[sizes.count - 1] *= size
        for operand in all.indices {
          strides[operand][strides[operand].count - 1] = all[operand][axis]
        }
      } else {
        sizes.append(size)
        for operand in all.indices { strides[operand].append(all[operand][axis]) }
      }
    }
  }
}

extension JoinedAxes {
  /// Whether four neighbours of the result need four neighbours or one element of each operand, at
  /// places that are multiples of four.
  var takesPacks: Bool {
    guard let columns = sizes.last, sizes.count <= 2 else { return false }
    if sizes.count == 1 { return strides.allSatisfy { ($0.last ?? 0) <= 1 } }
    return columns % 4 == 0
      && strides.allSatisfy { $0[1] == 0 || ($0[1] == 1 && $0[0] % 4 == 0) }
  }
}

/// The loops around a formula `f`.
private struct PointwiseKernel {
  let inputs: [DType]
  let output: DType
  let mayFail: Bool

  private func kernel(_ parameters: [String], _ body: String) -> String {
    var all = ["\(output.cudaType) *y"]
    if mayFail { all.append("unsigned long long *status") }
    all += inputs.enumerated().map { "const \($1.cudaType) *x\($0)" }
    return "KERNEL(256) ENTRY(run)(\((all + parameters).joined(separator: ", "))) {\n\(body)}\n"
  }

  private func call(_ index: (Int) -> String) -> String {
    "f(" + inputs.indices.map { "x\($0)[\(index($0))], " }.joined()
      + (mayFail ? "status)" : "nullptr)")
  }

  func flat(strides: [Int]) -> String {
    let value = call { strides[$0] == 0 ? "0" : "i" }
    return kernel(["long long count"], "  FOR_EACH(i, count) { y[i] = \(value); }\n")
  }

  /// The value of the k-th of four neighbours, of which those of operands with a stride are loaded.
  private func packed(_ strides: [Int], _ place: (Int) -> String, _ single: (Int) -> String)
    -> (loads: String, value: String)
  {
    var loads = ""
    for (index, input) in inputs.enumerated() where strides[index] != 0 {
      let type = "Pack<\(input.cudaType)>"
      loads += "    const \(type) p\(index) = *(const \(type) *)(x\(index) + \(place(index)));\n"
    }
    let operands = inputs.indices.map {
      strides[$0] != 0 ? "p\($0).at[k], " : "x\($0)[\(single($0))], "
    }
    return (loads, "f(\(operands.joined())\(mayFail ? "status" : "nullptr"))")
  }

  func flatPacks(strides: [Int]) -> String {
    let (loads, value) = packed(strides, { _ in "4 * i" }, { _ in "0" })
    let last = call { strides[$0] == 0 ? "0" : "i" }
    return kernel(
      ["long long count"],
      """
        FOR_EACH(i, count / 4) {
      \(loads)    Pack<\(output.cudaType)> result;
      #pragma unroll
          for (int k = 0; k < 4; k++) result.at[k] = \(value);
          *(Pack<\(output.cudaType)> *)(y + 4 * i) = result;
        }
        const long long i = count / 4 * 4 + THREAD_INDEX;
        if (i < count) y[i] = \(last);

      """)
  }

  func rowPacks(columnStrides: [Int]) -> String {
    let (loads, value) = packed(
      columnStrides, { "row * r\($0) + column" }, { "row * r\($0)" })
    return kernel(
      inputs.indices.map { "long long r\($0)" } + ["long long rows", "long long columns"],
      """
        const long long column = 4 * ((long long)blockIdx.x * blockDim.x + threadIdx.x);
        if (column >= columns) return;
        for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows;
             row += (long long)gridDim.y * blockDim.y) {
      \(loads)    Pack<\(output.cudaType)> result;
      #pragma unroll
          for (int k = 0; k < 4; k++) result.at[k] = \(value);
          *(Pack<\(output.cudaType)> *)(y + row * columns + column) = result;
        }

      """)
  }

  var rows: String {
    let strides = inputs.indices.flatMap { ["long long r\($0)", "long long c\($0)"] }
    let value = call { "row * r\($0) + column * c\($0)" }
    return kernel(
      strides + ["long long rows", "long long columns"],
      """
        const long long column = (long long)blockIdx.x * blockDim.x + threadIdx.x;
        if (column >= columns) return;
        for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows;
             row += (long long)gridDim.y * blockDim.y) {
          y[row * columns + column] = \(value);
        }

      """)
  }

  var axes: String {
    let strides = inputs.indices.map { "const __grid_constant__ Strides s\($0)" }
    let positions = inputs.indices.map { "long long p\($0) = 0;" }.joined(separator: " ")
    let steps = inputs.indices.map { "p\($0) += at * s\($0).stride[axis];" }
    return "struct Strides { long long stride[8]; };\n"
      + "struct Extents { long long rank, size[8]; };\n"
      + kernel(
        strides + ["const __grid_constant__ Extents axes", "long long count"],
        """
          FOR_EACH(i, count) {
            long long rest = i;
            \(positions)
            for (int axis = (int)axes.rank - 1; axis >= 0; axis--) {
              const long long next = rest / axes.size[axis];
              const long long at = rest - next * axes.size[axis];
              \(steps.joined(separator: " "))
              rest = next;
            }
            y[i] = \(call { "p\($0)" });
          }

        """)
  }
}
