import WeftOps

extension KernelArguments {
  /// One of the whole numbers of an operand, read when the kernel runs.
  func integer(_ index: Int, at position: Int = 0, _ dtype: DType) -> Int {
    switch dtype {
    case .int64: Int(input(index, as: Int64.self)[position])
    case .uint8: Int(input(index, as: UInt8.self)[position])
    default: Int(input(index, as: Int32.self)[position])
    }
  }
}

/// A kernel made for the Swift type of the operand's elements.
func planForNumbers(
  _ dtype: DType, _ plan: (any NumericScalar.Type) -> CPUKernel
) throws(OpFailure) -> CPUKernel {
  guard let type = dtype.numericType else {
    throw OpFailure("no kernel for \(dtype)", code: .unsupported)
  }
  return plan(type)
}
