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

/// A kernel whose geometry follows from whole numbers: axes, sizes, paddings. They are constants
/// nearly always; then it is planned once. Where they are known only at run time, it is planned in
/// each run.
func planWithIntegers(
  _ request: KernelRequest, _ operands: [Int],
  _ plan: @escaping @Sendable ([[Int]]) throws(OpFailure) -> CPUKernel
) throws(OpFailure) -> CPUKernel {
  let known = operands.compactMap { request.inputs[$0].constant?.integers }
  if known.count == operands.count { return try plan(known) }
  let sources = operands.map { (index: $0, request.inputs[$0].count, request.inputs[$0].dtype) }
  return { (arguments) throws(OpFailure) in
    let numbers = sources.map { index, count, dtype in
      (0..<count).map { arguments.integer(index, at: $0, dtype) }
    }
    let kernel = try plan(numbers)
    try kernel(arguments)
  }
}

/// The only number of an operand.
func single(_ numbers: [Int], _ what: String) throws(OpFailure) -> Int {
  guard numbers.count == 1 else {
    throw OpFailure("\(what) must be a single number, not \(numbers)", code: .invalidShape)
  }
  return numbers[0]
}
