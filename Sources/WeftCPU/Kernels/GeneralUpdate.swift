import WeftOps

/// An update by its own formula, element by element: for optimizers without a kernel of their own.
///
/// - Parameter indices: the operand that says which rows the gradient is for; nil for all.
private func planUpdate<Update: ParameterUpdate>(
  _ update: Update, _ request: KernelRequest, indices: Int?
) throws(OpFailure) -> CPUKernel {
  guard let type = request.inputs[0].dtype.floatingType else {
    throw OpFailure("not defined for \(request.inputs[0].dtype)", code: .invalidType)
  }
  let shape = request.inputs[0].shape
  let (rows, width) = (shape.first ?? 1, shape.dropFirst().reduce(1, *))
  let count = request.inputs[0].count
  let picked = indices.map { request.inputs[$0] }
  let states = update.updatedCount
  let inputCount = request.inputs.count
  func open<S: FloatingScalar>(_: S.Type) -> CPUKernel {
    { (arguments) throws(OpFailure) in
      var parameters: [S] = []
      for index in states..<inputCount where index != update.gradientIndex && index != indices {
        parameters.append(arguments.input(index, as: S.self)[0])
      }
      let gradient = arguments.input(update.gradientIndex, as: S.self)
      var state = [S](repeating: 0, count: states)
      func change(_ position: Int, by slope: S) {
        for index in 0..<states { state[index] = arguments.variable(index, as: S.self)[position] }
        update.update(&state, by: slope, parameters)
        for index in 0..<states { arguments.variable(index, as: S.self)[position] = state[index] }
      }
      guard let indices, let picked else {
        for position in 0..<count { change(position, by: gradient[position]) }
        return
      }
      for place in 0..<picked.count {
        let row = arguments.integer(indices, at: place, picked.dtype)
        guard row >= 0, row < rows else {
          throw OpFailure("index \(row) is outside the \(rows) rows of the variable")
        }
        for column in 0..<width {
          change(row * width + column, by: gradient[place * width + column])
        }
      }
    }
  }
  return open(type)
}

extension SparseApply: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planUpdate(dense, request, indices: indicesIndex)
  }
}

extension ApplyAdaMax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planUpdate(self, request, indices: nil)
  }
}

extension ApplyAdagradV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planUpdate(self, request, indices: nil)
  }
}

extension ApplyAddSign: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planUpdate(self, request, indices: nil)
  }
}

extension ApplyProximalAdagrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planUpdate(self, request, indices: nil)
  }
}
