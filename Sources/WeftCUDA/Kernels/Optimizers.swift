import WeftDevice
import WeftOps

/// The update of an optimizer: a kernel that takes the operation's operands in their order.
private func planUpdate(
  _ request: CUDAKernelRequest, _ macro: String, _ flags: [String: Bool] = [:]
) throws(OpFailure) -> CUDAKernel {
  let count = request.inputs[0].count
  if count == 0 { return CUDAKernel() }
  var macros = [
    "T": request.inputs[0].dtype.cudaType, macro: "1", "GRADIENT(i)": "g[i]", "EXTRA": "",
  ]
  for (flag, value) in flags { macros[flag] = value ? "1" : "0" }
  let unit = try KernelUnit(file: "optimizers", macros)
  return CUDAKernel(
    unit.launch(
      "update", grid: request.blocks(for: count),
      request.inputs.indices.map { .input($0) } + [.int64(count)]))
}

extension ApplyGradientDescent: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "GRADIENT_DESCENT")
  }
}

extension ApplyProximalGradientDescent: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "PROXIMAL_GRADIENT_DESCENT")
  }
}

extension ApplyMomentum: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "MOMENTUM", ["NESTEROV": useNesterov])
  }
}

extension ApplyAdagrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "ADAGRAD", ["UPDATE_SLOTS": updateSlots])
  }
}

extension ApplyAdadelta: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "ADADELTA")
  }
}

extension ApplyRMSProp: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "RMS_PROP")
  }
}

extension ApplyCenteredRMSProp: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "CENTERED_RMS_PROP")
  }
}

extension ApplyAdam: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "ADAM", ["NESTEROV": useNesterov])
  }
}

extension ApplyFtrl: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "FTRL", ["SHRINKS": false])
  }
}

extension ApplyFtrlV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "FTRL", ["SHRINKS": true])
  }
}

extension ApplyAdaMax: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "ADA_MAX")
  }
}

extension ApplyAdagradV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "ADAGRAD_V2", ["UPDATE_SLOTS": updateSlots])
  }
}

extension ApplyAddSign: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "ADD_SIGN")
  }
}

extension ApplyProximalAdagrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planUpdate(request, "PROXIMAL_ADAGRAD")
  }
}
