import CWeftKernels
import WeftOps

/// A kernel for each real element type.
private func choose(
  _ request: KernelRequest, float32: @escaping CPUKernel, float64: @escaping CPUKernel
)
  -> CPUKernel
{
  request.inputs[0].dtype == .float32 ? float32 : float64
}

extension KernelArguments {
  /// A hyper-parameter: an operand that is one number.
  fileprivate borrowing func parameter<S>(_ index: Int, as _: S.Type) -> S {
    input(index, as: S.self)[0]
  }

  /// The gradient: an operand, or what the formula gives that has been merged into the update.
  fileprivate borrowing func gradient(_ index: Int) -> weft_gradient {
    weft_gradient(
      elements: UnsafeRawPointer(input(index)), formula: formula?.program, inputs: formula?.inputs)
  }
}

extension ApplyGradientDescent: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_gradient_descent_f32(
          arguments.variable(0, as: Float.self), arguments.gradient(2), count,
          arguments.parameter(1, as: Float.self), arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_gradient_descent_f64(
          arguments.variable(0, as: Double.self), arguments.gradient(2), count,
          arguments.parameter(1, as: Double.self), arguments.pool)
      })
  }
}

extension ApplyProximalGradientDescent: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_proximal_gradient_descent_f32(
          arguments.variable(0, as: Float.self), arguments.gradient(4), count,
          arguments.parameter(1, as: Float.self), arguments.parameter(2, as: Float.self),
          arguments.parameter(3, as: Float.self), arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_proximal_gradient_descent_f64(
          arguments.variable(0, as: Double.self), arguments.gradient(4), count,
          arguments.parameter(1, as: Double.self), arguments.parameter(2, as: Double.self),
          arguments.parameter(3, as: Double.self), arguments.pool)
      })
  }
}

extension ApplyMomentum: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    let flag: Int32 = useNesterov ? 1 : 0
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_momentum_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.gradient(3), count, arguments.parameter(2, as: Float.self),
          arguments.parameter(4, as: Float.self), flag, arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_momentum_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.gradient(3), count, arguments.parameter(2, as: Double.self),
          arguments.parameter(4, as: Double.self), flag, arguments.pool)
      })
  }
}

extension ApplyAdagrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    let flag: Int32 = updateSlots ? 1 : 0
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_adagrad_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.gradient(3), count, arguments.parameter(2, as: Float.self), flag,
          arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_adagrad_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.gradient(3), count, arguments.parameter(2, as: Double.self),
          flag, arguments.pool)
      })
  }
}

extension ApplyAdadelta: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_adadelta_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.variable(2, as: Float.self), arguments.gradient(6), count,
          arguments.parameter(3, as: Float.self), arguments.parameter(4, as: Float.self),
          arguments.parameter(5, as: Float.self), arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_adadelta_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.variable(2, as: Double.self), arguments.gradient(6), count,
          arguments.parameter(3, as: Double.self), arguments.parameter(4, as: Double.self),
          arguments.parameter(5, as: Double.self), arguments.pool)
      })
  }
}

extension ApplyRMSProp: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_rms_prop_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.variable(2, as: Float.self), arguments.gradient(7), count,
          arguments.parameter(3, as: Float.self), arguments.parameter(4, as: Float.self),
          arguments.parameter(5, as: Float.self), arguments.parameter(6, as: Float.self),
          arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_rms_prop_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.variable(2, as: Double.self), arguments.gradient(7), count,
          arguments.parameter(3, as: Double.self), arguments.parameter(4, as: Double.self),
          arguments.parameter(5, as: Double.self), arguments.parameter(6, as: Double.self),
          arguments.pool)
      })
  }
}

extension ApplyCenteredRMSProp: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_centered_rms_prop_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.variable(2, as: Float.self), arguments.variable(3, as: Float.self),
          arguments.gradient(8), count, arguments.parameter(4, as: Float.self),
          arguments.parameter(5, as: Float.self), arguments.parameter(6, as: Float.self),
          arguments.parameter(7, as: Float.self), arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_centered_rms_prop_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.variable(2, as: Double.self), arguments.variable(3, as: Double.self),
          arguments.gradient(8), count, arguments.parameter(4, as: Double.self),
          arguments.parameter(5, as: Double.self), arguments.parameter(6, as: Double.self),
          arguments.parameter(7, as: Double.self), arguments.pool)
      })
  }
}

extension ApplyAdam: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    let flag: Int32 = useNesterov ? 1 : 0
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_adam_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.variable(2, as: Float.self), arguments.gradient(9), count,
          arguments.parameter(3, as: Float.self), arguments.parameter(4, as: Float.self),
          arguments.parameter(5, as: Float.self), arguments.parameter(6, as: Float.self),
          arguments.parameter(7, as: Float.self), arguments.parameter(8, as: Float.self), flag,
          arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_adam_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.variable(2, as: Double.self), arguments.gradient(9), count,
          arguments.parameter(3, as: Double.self), arguments.parameter(4, as: Double.self),
          arguments.parameter(5, as: Double.self), arguments.parameter(6, as: Double.self),
          arguments.parameter(7, as: Double.self), arguments.parameter(8, as: Double.self), flag,
          arguments.pool)
      })
  }
}

extension ApplyFtrl: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_ftrl_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.variable(2, as: Float.self), arguments.gradient(3), count,
          arguments.parameter(4, as: Float.self), arguments.parameter(5, as: Float.self),
          arguments.parameter(6, as: Float.self), 0, arguments.parameter(7, as: Float.self),
          arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_ftrl_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.variable(2, as: Double.self), arguments.gradient(3), count,
          arguments.parameter(4, as: Double.self), arguments.parameter(5, as: Double.self),
          arguments.parameter(6, as: Double.self), 0, arguments.parameter(7, as: Double.self),
          arguments.pool)
      })
  }
}

extension ApplyFtrlV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.inputs[0].count
    return choose(
      request,
      float32: { (arguments) throws(OpFailure) in
        weft_apply_ftrl_f32(
          arguments.variable(0, as: Float.self), arguments.variable(1, as: Float.self),
          arguments.variable(2, as: Float.self), arguments.gradient(3), count,
          arguments.parameter(4, as: Float.self), arguments.parameter(5, as: Float.self),
          arguments.parameter(6, as: Float.self), arguments.parameter(7, as: Float.self),
          arguments.parameter(8, as: Float.self), arguments.pool)
      },
      float64: { (arguments) throws(OpFailure) in
        weft_apply_ftrl_f64(
          arguments.variable(0, as: Double.self), arguments.variable(1, as: Double.self),
          arguments.variable(2, as: Double.self), arguments.gradient(3), count,
          arguments.parameter(4, as: Double.self), arguments.parameter(5, as: Double.self),
          arguments.parameter(6, as: Double.self), arguments.parameter(7, as: Double.self),
          arguments.parameter(8, as: Double.self), arguments.pool)
      })
  }
}
