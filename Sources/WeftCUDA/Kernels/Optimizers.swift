import WeftDevice
import WeftOps

extension CUDAKernelProviding where Self: ParameterUpdate {
  /// The kernel of `optimizers.cu` that has the operation's name, over all elements.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let count = request.inputs[0].count
    if count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(
      updating: self, request.inputs[0].dtype, ["GRADIENT(i)": "g[i]", "EXTRA": ""])
    return CUDAKernel(
      unit.launch(
        "update", grid: request.blocks(for: count),
        request.inputs.indices.map { .input($0) } + [.int64(count)]))
  }
}

extension KernelUnit {
  fileprivate init<Update: ParameterUpdate>(
    updating update: Update, _ dtype: DType, _ macros: [String: String]
  ) throws(OpFailure) {
    var macros = macros
    macros["T"] = dtype.cudaType
    macros[Update.typeName] = "1"
    for attribute in update.attributes {
      guard case .bool(let value) = attribute.value else { continue }
      macros[attribute.name.uppercased()] = value ? "1" : "0"
    }
    try self.init(file: "optimizers", macros)
  }
}

extension ApplyGradientDescent: CUDAKernelProviding {}
extension ApplyProximalGradientDescent: CUDAKernelProviding {}
extension ApplyMomentum: CUDAKernelProviding {}
extension ApplyAdagrad: CUDAKernelProviding {}
extension ApplyAdagradV2: CUDAKernelProviding {}
extension ApplyProximalAdagrad: CUDAKernelProviding {}
extension ApplyAdadelta: CUDAKernelProviding {}
extension ApplyRMSProp: CUDAKernelProviding {}
extension ApplyCenteredRMSProp: CUDAKernelProviding {}
extension ApplyAdam: CUDAKernelProviding {}
extension ApplyAdaMax: CUDAKernelProviding {}
extension ApplyAddSign: CUDAKernelProviding {}
extension ApplyFtrl: CUDAKernelProviding {}
extension ApplyFtrlV2: CUDAKernelProviding {}

extension SparseApply: CUDAKernelProviding {
  /// The dense update's kernel over the rows that the indices name. All of them are looked at before the
  /// first is changed.
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    guard dense is any CUDAKernelProviding else {
      throw OpFailure("\(Dense.typeName) has no CUDA kernel", code: .unsupported)
    }
    let (variable, indices) = (request.inputs[0], request.inputs[indicesIndex])
    let limit = variable.shape.first ?? 0
    let width = variable.shape.dropFirst().reduce(1, *)
    if indices.count == 0 { return CUDAKernel() }
    let sorted = try SortedRows.bySegment(
      indicesIndex, segments: limit, allowsNegative: false, request)
    var kernel = CUDAKernel(
      commands: sorted.commands, scratchByteCount: sorted.scratchByteCount,
      failure: rowFailure(limit))
    if width == 0 { return kernel }
    let unit = try KernelUnit(updating: dense, variable.dtype, ["SPARSE": "1"])
    let operands = request.inputs.indices.filter { $0 != indicesIndex }
    kernel.commands.append(
      .launch(
        unit.launch(
          "update", grid: request.blocks(for: indices.count * width),
          operands.map { .input($0) } + [
            .int64(indices.count), .status, sorted.keys, sorted.rows, .int64(limit), .int64(width),
          ])))
    return kernel
  }
}

/// The error for a row that a variable does not have.
func rowFailure(_ limit: Int) -> @Sendable (Int, Int) -> OpFailure {
  { _, detail in
    OpFailure("index \(FailedIndex(detail).number) is outside the \(limit) rows of the variable")
  }
}
