import CWeftKernels
import Glibc
import WeftOps

extension GatherV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planWithIntegers(request, [2]) { (numbers) throws(OpFailure) in
      planGather(request, try AxisParts(request.inputs[0].shape, axis: numbers[0]))
    }
  }
}

extension Gather: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    planGather(request, AxisParts(request.inputs[0].shape, axis: 0))
  }
}

private func planGather(_ request: KernelRequest, _ parts: AxisParts) -> CPUKernel {
  let indices = request.inputs[1]
  let (code, count) = (Int32(indices.dtype.rawValue), indices.count)
  let inner = parts.inner * request.inputs[0].dtype.byteCount
  return { (arguments) throws(OpFailure) in
    let bad = weft_gather_rows(
      arguments.output(0), arguments.input(0), arguments.input(1), code, count, parts.outer,
      parts.extent, inner, arguments.pool)
    if bad >= 0 {
      let index = arguments.integer(1, at: Int(bad), indices.dtype)
      throw OpFailure("index \(index) is outside an axis of size \(parts.extent)")
    }
  }
}

extension GatherOrZero: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (rows, ids) = (request.inputs[0], request.inputs[1])
    let limit = rows.shape.first ?? 0
    let width = rows.shape.dropFirst().reduce(1, *) * rows.dtype.byteCount
    return { (arguments) throws(OpFailure) in
      let (source, target) = (arguments.input(0), arguments.output(0))
      for row in 0..<ids.count {
        let id = arguments.integer(1, at: row, ids.dtype)
        guard id < limit else { throw OpFailure("row \(id) is not below \(limit)") }
        if id < 0 {
          memset(target + row * width, 0, width)
        } else {
          memcpy(target + row * width, source + id * width, width)
        }
      }
    }
  }
}

extension GatherNd: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let params = request.inputs[0]
    let points = IndexPoints(request.inputs[1], operand: 1, in: params.shape)
    let width = points.width * params.dtype.byteCount
    return { (arguments) throws(OpFailure) in
      let (source, target) = (arguments.input(0), arguments.output(0))
      for row in 0..<points.count {
        let start = try points.row(row, arguments)
        memcpy(target + row * width, source + start * width, width)
      }
    }
  }
}

/// Rows of indices, each naming a block of a tensor.
struct IndexPoints: Sendable {
  /// The number of blocks named.
  let count: Int
  /// The elements of a block.
  let width: Int
  /// The number of blocks of the tensor.
  let limit: Int
  private let depth: Int
  private let shape: [Int]
  private let strides: [Int]
  private let operand: Int
  private let dtype: DType

  init(_ indices: KernelRequest.Operand, operand: Int, in shape: [Int]) {
    depth = indices.shape.last ?? 0
    count = indices.shape.dropLast().reduce(1, *)
    width = shape.dropFirst(depth).reduce(1, *)
    self.shape = Array(shape.prefix(depth))
    limit = self.shape.reduce(1, *)
    strides = rowMajorStrides(self.shape)
    self.operand = operand
    dtype = indices.dtype
  }

  /// Which block a row names, counted from 0.
  ///
  /// Throws ``OpFailure`` if an index lies outside its axis.
  func row(_ row: Int, _ arguments: KernelArguments) throws(OpFailure) -> Int {
    var result = 0
    for axis in 0..<depth {
      let index = arguments.integer(operand, at: row * depth + axis, dtype)
      guard index >= 0, index < shape[axis] else {
        let point = (0..<depth).map { arguments.integer(operand, at: row * depth + $0, dtype) }
        throw OpFailure("the indices \(point) are outside the shape \(shape)")
      }
      result += index * strides[axis]
    }
    return result
  }
}
