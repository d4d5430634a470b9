import WeftDevice

/// The loops around a formula `f`.
struct PointwiseKernel {
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
