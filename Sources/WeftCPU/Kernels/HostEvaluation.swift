import WeftOps

/// A kernel that runs the operation's own `evaluate`: for work that is done once, as initial values
/// are, where speed and allocations do not matter.
func planEvaluation(_ definition: any OpDefinition, _ request: KernelRequest) -> CPUKernel {
  let inputs = request.inputs.map { ($0.dtype, $0.shape, $0.value.byteCount) }
  let types = request.outputs.map(\.type)
  return { (arguments) throws(OpFailure) in
    var tensors: [AnyTensor] = []
    for (index, (dtype, shape, byteCount)) in inputs.enumerated() {
      let bytes = UnsafeRawBufferPointer(start: arguments.input(index), count: byteCount)
      tensors.append(
        AnyTensor(dtype: dtype, shape: shape, storage: TensorStorage(copying: bytes)))
    }
    let (streams, stream) = (arguments.streams, arguments.stream)
    let results = try definition.evaluate(
      EvaluationContext(
        inputs: tensors, outputTypes: types,
        environment: streams.environment(arguments.store),
        reserve: { streams.reserve(stream, blocks: $0) }))
    guard results.map(\.type) == types else {
      throw OpFailure("evaluate gave results that do not fit its outputs", code: .invalidState)
    }
    for (index, result) in results.enumerated() {
      result.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress, bytes.count > 0 {
          arguments.output(index).copyMemory(from: base, byteCount: bytes.count)
        }
      }
    }
  }
}

extension AnyTensor {
  fileprivate var type: TensorType { TensorType(dtype, TensorShape(shape)) }
}

extension Orthonormalize: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}
