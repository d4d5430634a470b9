import Glibc
import WeftOps

extension Diag: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let input = request.inputs[0].value
    return planOverZeros(
      StridedCopy(
        dims: [input.count], destination: [input.count + 1], source: [1], dtype: input.dtype),
      request)
  }
}

extension DiagPart: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let output = request.outputs[0]
    return planMove(
      StridedCopy(
        dims: [output.count], destination: [1], source: [output.count + 1], dtype: output.dtype))
  }
}

extension MatrixDiag: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.outputs[0].shape)
    return planOverZeros(
      sides.diagonalCopy(writing: true, dtype: request.outputs[0].dtype), request)
  }
}

extension MatrixDiagPart: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.inputs[0].shape)
    return planMove(sides.diagonalCopy(writing: false, dtype: request.outputs[0].dtype))
  }
}

extension MatrixSetDiag: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let output = request.outputs[0]
    let sides = MatrixSides(output.shape)
    let whole = planCopy(request, from: 0)
    let diagonal = planMove(sides.diagonalCopy(writing: true, dtype: output.dtype), from: 1)
    return { (arguments) throws(OpFailure) in
      try whole(arguments)
      try diagonal(arguments)
    }
  }
}

extension MatrixBandPart: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let output = request.outputs[0]
    let sides = MatrixSides(output.shape)
    let (size, byteCount) = (output.dtype.byteCount, output.byteCount)
    return try planWithIntegers(request, [1, 2]) { (numbers) throws(OpFailure) in
      let lower = try single(numbers[0], "the number of lower diagonals")
      let upper = try single(numbers[1], "the number of upper diagonals")
      return { (arguments) throws(OpFailure) in
        let (source, target) = (arguments.input(0), arguments.output(0))
        memset(target, 0, byteCount)
        for row in 0..<sides.count * sides.rows {
          let place = row % sides.rows
          let first = lower < 0 ? 0 : max(0, place - min(lower, place))
          let end =
            upper < 0 ? sides.columns : min(sides.columns, place + min(upper, sides.columns) + 1)
          guard first < end else { continue }
          let start = (row * sides.columns + first) * size
          memcpy(target + start, source + start, (end - first) * size)
        }
      }
    }
  }
}

/// A copy into a result that is zero elsewhere.
private func planOverZeros(_ copy: StridedCopy, _ request: KernelRequest) -> CPUKernel {
  let byteCount = request.outputs[0].byteCount
  let move = planMove(copy)
  return { (arguments) throws(OpFailure) in
    memset(arguments.output(0), 0, byteCount)
    try move(arguments)
  }
}

/// A shape as a number of matrices.
struct MatrixSides: Sendable {
  let count: Int
  let rows: Int
  let columns: Int

  init(_ shape: [Int]) {
    count = shape.dropLast(2).reduce(1, *)
    rows = shape[shape.count - 2]
    columns = shape[shape.count - 1]
  }

  /// A copy between the diagonals and a dense row for each of them.
  func diagonalCopy(writing: Bool, dtype: DType) -> StridedCopy {
    let length = min(rows, columns)
    let (matrix, dense) = ([rows * columns, columns + 1], [length, 1])
    return StridedCopy(
      dims: [count, length], destination: writing ? matrix : dense,
      source: writing ? dense : matrix, dtype: dtype)
  }
}
