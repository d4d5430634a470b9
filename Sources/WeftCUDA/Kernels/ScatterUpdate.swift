import WeftDevice
import WeftOps

extension CUDAKernelProviding where Self: ScatterDefinition {
  /// Rows of a variable changed where indices say; all of them are looked at before the first is changed.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let function = Self.function
    let (variable, ids, updates) = (request.inputs[0], request.inputs[1], request.inputs[2])
    let limit = variable.shape.first ?? 0
    let width = variable.shape.dropFirst().reduce(1, *)
    if ids.count == 0 { return CUDAKernel() }
    let sorted = try SortedRows.bySegment(1, segments: limit, allowsNegative: false, request)
    var kernel = CUDAKernel(
      commands: sorted.commands, scratchByteCount: sorted.scratchByteCount,
      failure: { code, detail in
        code == 2 ? OpFailure("integer division by zero") : rowFailure(limit)(code, detail)
      })
    let type = function == .update ? variable.dtype.cudaMoveType : variable.dtype.cudaType
    let unit = try KernelUnit(
      file: "scatter",
      [
        "UPDATE": "1", "DIVISORS": "1", "T": type,
        "COMBINE(a, b)": try combination(function, variable.dtype),
      ])
    if function == .divide, variable.dtype.isInteger, updates.count > 0 {
      kernel.commands.append(
        .launch(
          unit.launch(
            "check_divisors", grid: request.blocks(for: updates.count),
            [.status, .input(2), .int64(updates.count)])))
    }
    if width > 0 {
      kernel.commands.append(
        .launch(
          unit.launch(
            "update_rows", grid: request.blocks(for: ids.count * width),
            [
              .status, .input(0), .input(2), sorted.keys, sorted.rows, .int64(ids.count),
              .int64(limit), .int64(width), .int64(updates.shape.isEmpty ? 0 : width),
            ])))
    }
    return kernel
  }
}

extension ScatterUpdate: CUDAKernelProviding {}
extension ScatterAdd: CUDAKernelProviding {}
extension ScatterSub: CUDAKernelProviding {}
extension ScatterMul: CUDAKernelProviding {}
extension ScatterDiv: CUDAKernelProviding {}
extension ScatterMin: CUDAKernelProviding {}
extension ScatterMax: CUDAKernelProviding {}

/// What an old and a new element become, in CUDA C.
private func combination(_ function: ScatterFunction, _ dtype: DType) throws(OpFailure) -> String {
  let wide = dtype.byteCount == 8 ? "unsigned long long" : "unsigned int"
  func arithmetic(_ symbol: String) -> String {
    dtype.isFloating
      ? "((a) \(symbol) (b))" : "((\(wide))(a) \(symbol) (\(wide))(b))"
  }
  guard function == .update || dtype.numericType != nil, dtype != .float16, dtype != .bfloat16
  else { throw OpFailure("arithmetic on \(dtype)", code: .unsupported) }
  switch function {
  case .update: return "(b)"
  case .add: return arithmetic("+")
  case .subtract: return arithmetic("-")
  case .multiply: return arithmetic("*")
  case .divide:
    if dtype.isFloating { return "((a) / (b))" }
    // The one quotient that the type does not hold becomes the largest number.
    let lowest = dtype.lowestInCUDA
    return dtype == .uint8
      ? "((a) / (b))"
      : "((b) == -1 ? ((a) == \(lowest) ? \(dtype.highestInCUDA) : -(a)) : (a) / (b))"
  case .minimum: return "((a) != (a) || (a) < (b) ? (a) : (b))"
  case .maximum: return "((a) != (a) || (a) > (b) ? (a) : (b))"
  }
}
