import Glibc
import WeftOps

extension KernelArguments {
  /// The list that an operand is the handle of.
  func list(_ index: Int) throws(OpFailure) -> RunList {
    try store.list(input(index, as: Int64.self)[0])
  }

  /// Puts a value of a list into an output; zeros where there is none.
  func give(
    _ bytes: UnsafeRawPointer?, _ shape: [Int], expected: [Int], byteCount: Int, at index: Int
  ) throws(OpFailure) {
    guard shape == expected else {
      throw OpFailure(
        "the element has the shape \(shape), where \(expected) was expected",
        code: .invalidShape)
    }
    if let bytes {
      memcpy(output(index), bytes, byteCount)
    } else {
      memset(output(index), 0, byteCount)
    }
  }
}

extension StackV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    { (arguments) throws(OpFailure) in
      arguments.output(0, as: Int64.self)[0] = arguments.store.makeList()
    }
  }
}

extension StackPushV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let value = request.inputs[1].value
    let (byteCount, shape) = (value.byteCount, value.shape)
    return { (arguments) throws(OpFailure) in
      try arguments.list(0).push(arguments.input(1), byteCount: byteCount, shape: shape)
      memcpy(arguments.output(0), arguments.input(1), byteCount)
    }
  }
}

extension StackPopV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let (expected, byteCount) = (request.outputs[0].shape, request.outputs[0].byteCount)
    return { (arguments) throws(OpFailure) in
      let (shape, bytes) = try arguments.list(0).pop()
      try arguments.give(bytes, shape, expected: expected, byteCount: byteCount, at: 0)
    }
  }
}

extension StackCloseV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { { (_) throws(OpFailure) in } }
}

extension TensorArrayCloseV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { { (_) throws(OpFailure) in } }
}

extension TensorArrayWriteV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let value = request.inputs[2].value
    let (dtype, byteCount, shape) = (value.dtype, value.byteCount, value.shape)
    return { (arguments) throws(OpFailure) in
      try arguments.list(0).write(
        arguments.input(2), dtype, byteCount: byteCount, shape: shape,
        at: arguments.integer(1, .int32))
      arguments.output(0, as: Float.self)[0] = 0
    }
  }
}

private func planRead(_ request: KernelRequest) -> CPUKernel {
  let (expected, byteCount) = (request.outputs[0].shape, request.outputs[0].byteCount)
  return { (arguments) throws(OpFailure) in
    let (shape, bytes) = try arguments.list(0).read(arguments.integer(1, .int32))
    try arguments.give(bytes, shape, expected: expected, byteCount: byteCount, at: 0)
  }
}

extension TensorArrayReadV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planRead(request) }
}

extension HistoryRead: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planRead(request) }
}

extension TensorArrayGatherV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let (places, value) = (request.inputs[1], request.outputs[0])
    let (count, dtype) = (places.count, places.dtype)
    let element = Array(value.shape.dropFirst())
    let size = count == 0 ? 0 : value.byteCount / count
    return { (arguments) throws(OpFailure) in
      let list = try arguments.list(0)
      for row in 0..<count {
        let (shape, bytes) = try list.read(arguments.integer(1, at: row, dtype))
        guard shape == element else {
          throw OpFailure(
            "elements of the shapes \(element) and \(shape) cannot be stacked", code: .invalidShape)
        }
        let target = arguments.output(0) + row * size
        if let bytes { memcpy(target, bytes, size) } else { memset(target, 0, size) }
      }
    }
  }
}

extension TensorArrayScatterV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (places, value) = (request.inputs[1], request.inputs[2].value)
    let count = places.count
    guard value.shape.first == count else {
      throw OpFailure("\(count) places for a value of shape \(value.shape)", code: .invalidShape)
    }
    let (placeType, dtype, shape) = (places.dtype, value.dtype, Array(value.shape.dropFirst()))
    let size = count == 0 ? 0 : value.byteCount / count
    return { (arguments) throws(OpFailure) in
      let list = try arguments.list(0)
      for row in 0..<count {
        try list.write(
          arguments.input(2) + row * size, dtype, byteCount: size, shape: shape,
          at: arguments.integer(1, at: row, placeType))
      }
      arguments.output(0, as: Float.self)[0] = 0
    }
  }
}

extension TensorArrayV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    { [self] (arguments) throws(OpFailure) in
      let size = arguments.integer(0, .int32)
      arguments.output(0, as: Int64.self)[0] = try makeList(size: size, in: arguments.store)
      arguments.output(1, as: Float.self)[0] = 0
    }
  }
}

extension TensorArrayGradV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    { [self] (arguments) throws(OpFailure) in
      let handle = arguments.input(0, as: Int64.self)[0]
      arguments.output(0, as: Int64.self)[0] = try gradientList(of: handle, in: arguments.store)
      arguments.output(1, as: Float.self)[0] = 0
    }
  }
}

extension TensorArraySizeV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension TensorArrayConcatV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension TensorArraySplitV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}
