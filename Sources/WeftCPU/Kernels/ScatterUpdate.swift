import CWeftKernels
import WeftOps

extension ScatterFunction {
  var code: weft_scatter {
    switch self {
    case .update: WEFT_SCATTER_ASSIGN
    case .add: WEFT_SCATTER_ADD
    case .subtract: WEFT_SCATTER_SUBTRACT
    case .multiply: WEFT_SCATTER_MULTIPLY
    case .divide: WEFT_SCATTER_DIVIDE
    case .minimum: WEFT_SCATTER_MINIMUM
    case .maximum: WEFT_SCATTER_MAXIMUM
    }
  }
}

private func planScatter(
  _ definition: any OpDefinition, _ function: ScatterFunction, _ request: KernelRequest
) -> CPUKernel {
  let (variable, indices, updates) = (request.inputs[0], request.inputs[1], request.inputs[2])
  // One number for all elements of a row, and small integers, are rare.
  let isSingle = updates.shape.isEmpty
  if isSingle || (variable.dtype == .uint8 && function != .update) {
    return planEvaluation(definition, request)
  }
  let rows = variable.shape.first ?? 0
  let width = variable.shape.dropFirst().reduce(1, *)
  let (how, dtype) = (Int32(function.code.rawValue), Int32(variable.dtype.rawValue))
  let (code, count) = (Int32(indices.dtype.rawValue), indices.count)
  let divisors = function == .divide && variable.dtype.isInteger ? updates.count : 0
  return { (arguments) throws(OpFailure) in
    for index in 0..<divisors where arguments.integer(2, at: index, variable.dtype) == 0 {
      throw OpFailure("integer division by zero")
    }
    let bad = weft_scatter_rows(
      how, dtype, arguments.input(0), rows, width, arguments.input(1), code, count,
      arguments.input(2), width)
    if bad >= 0 {
      let index = arguments.integer(1, at: Int(bad), indices.dtype)
      throw OpFailure("index \(index) is outside the \(rows) rows of the variable")
    }
  }
}

extension ScatterUpdate: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}

extension ScatterAdd: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}

extension ScatterSub: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}

extension ScatterMul: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}

extension ScatterDiv: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}

extension ScatterMin: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}

extension ScatterMax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    planScatter(self, Self.function, request)
  }
}
