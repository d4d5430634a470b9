import CWeftKernels
import WeftOps

extension SparseSoftmaxCrossEntropyWithLogits: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (rows, columns) = rowsAndColumns(request.outputs[1].shape)
    let labelType = request.inputs[1].dtype
    let code = Int32(labelType.rawValue)
    let isFloat = request.inputs[0].dtype == .float32
    return { (arguments) throws(OpFailure) in
      let bad: Int64
      if isFloat {
        bad = weft_sparse_softmax_cross_entropy_f32(
          arguments.input(0, as: Float.self), arguments.input(1), code,
          arguments.output(0, as: Float.self), arguments.output(1, as: Float.self), rows, columns,
          arguments.pool)
      } else {
        bad = weft_sparse_softmax_cross_entropy_f64(
          arguments.input(0, as: Double.self), arguments.input(1), code,
          arguments.output(0, as: Double.self), arguments.output(1, as: Double.self), rows,
          columns, arguments.pool)
      }
      if bad >= 0 {
        let label = arguments.integer(1, at: Int(bad), labelType)
        throw OpFailure(
          "label \(label) of row \(bad) is outside the \(columns) classes", code: .evaluationFailed)
      }
    }
  }
}

extension InTopKV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (rows, columns) = rowsAndColumns(request.inputs[0].shape)
    let (targetType, countType) = (request.inputs[1].dtype, request.inputs[2].dtype)
    return { (arguments) throws(OpFailure) in
      let predictions = arguments.input(0, as: Float.self)
      let result = arguments.output(0, as: Bool.self)
      let k = arguments.integer(2, countType)
      for row in 0..<rows {
        let line = predictions + row * columns
        let target = arguments.integer(1, at: row, targetType)
        result[row] = isAmongLargest(line, columns, target, k)
      }
    }
  }
}

/// Whether fewer than k elements are larger than the target's; false where any is not finite.
private func isAmongLargest(
  _ line: UnsafePointer<Float>, _ columns: Int, _ target: Int, _ k: Int
) -> Bool {
  guard target >= 0, target < columns else { return false }
  let wanted = line[target]
  var larger = 0
  for column in 0..<columns {
    if !line[column].isFinite { return false }
    if line[column] > wanted { larger += 1 }
  }
  return larger < k
}

extension CheckNumerics: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (count, message) = (request.inputs[0].count, message)
    let copy = planCopy(request, from: 0)
    func kernel<S: FloatingScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        try requireFinite(arguments.input(0, as: S.self), count, message)
        try copy(arguments)
      }
    }
    return request.inputs[0].dtype == .float32 ? kernel(Float.self) : kernel(Double.self)
  }
}

private func requireFinite<S: FloatingScalar>(
  _ values: UnsafePointer<S>, _ count: Int, _ message: String
) throws(OpFailure) {
  var first = 0
  while first < count, values[first].isFinite { first += 1 }
  guard first < count else { return }
  var (hasNaN, hasInfinity) = (false, false)
  for index in first..<count {
    hasNaN = hasNaN || values[index].isNaN
    hasInfinity = hasInfinity || values[index].isInfinite
  }
  let found = [hasNaN ? "NaN" : nil, hasInfinity ? "Inf" : nil].compactMap { $0 }
  throw OpFailure(
    "\(message): the tensor has \(found.joined(separator: " and ")), first at element \(first)"
      + " of \(count)", code: .notFinite)
}
