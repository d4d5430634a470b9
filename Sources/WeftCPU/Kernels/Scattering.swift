import CWeftKernels
import Glibc
import WeftOps

extension ScatterNd: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (updates, output) = (request.inputs[1], request.outputs[0])
    let points = IndexPoints(request.inputs[0], operand: 0, in: output.shape)
    guard updates.count == points.count * points.width else {
      throw OpFailure(
        "updates of shape \(updates.shape) do not fit the indices", code: .invalidShape)
    }
    guard output.dtype != .uint8 else { return planEvaluation(self, request) }
    let (dtype, byteCount) = (Int32(output.dtype.rawValue), output.byteCount)
    let scratch = TaskScratch(byteCount: points.count * MemoryLayout<Int64>.stride)
    return { (arguments) throws(OpFailure) in
      memset(arguments.output(0), 0, byteCount)
      let memory = scratch.take()
      defer { scratch.giveBack(memory) }
      guard let rows = memory?.pointer.bindMemory(to: Int64.self, capacity: points.count) else {
        return
      }
      for row in 0..<points.count { rows[row] = Int64(try points.row(row, arguments)) }
      _ = weft_scatter_rows(
        Int32(WEFT_SCATTER_ADD.rawValue), dtype, arguments.output(0), points.limit, points.width,
        rows, Int32(WEFT_INT64.rawValue), points.count, arguments.input(1), points.width)
    }
  }
}

extension UnsortedSegmentSum: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planSegments(self, request)
  }
}

extension UnsortedSegmentMax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planSegments(self, request, isMaximum: true)
  }
}

extension SegmentMax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension SegmentMean: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension SegmentProd: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension SegmentSum: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      guard numbers[0] == numbers[0].sorted(), (numbers[0].first ?? 0) >= 0 else {
        throw OpFailure("segment numbers must not fall: \(numbers[0].prefix(8))")
      }
      return try planSegments(self, request)
    }
  }
}

/// Rows added up, or the largest taken, by their segment numbers; those of negative number are left
/// out.
private func planSegments(
  _ definition: any OpDefinition, _ request: KernelRequest, isMaximum: Bool = false
) throws(OpFailure) -> CPUKernel {
  let (ids, output) = (request.inputs[1], request.outputs[0])
  guard output.dtype != .uint8 else { return planEvaluation(definition, request) }
  let segments = output.shape.first ?? 0
  let width = output.shape.dropFirst().reduce(1, *)
  let (dtype, code) = (Int32(output.dtype.rawValue), Int32(ids.dtype.rawValue))
  let (rowBytes, idBytes) = (width * output.dtype.byteCount, ids.dtype.byteCount)
  let count = output.count
  let how = Int32((isMaximum ? WEFT_SCATTER_MAXIMUM : WEFT_SCATTER_ADD).rawValue)
  let first = output.dtype.bytes(isMaximum ? output.dtype.lowestFinite : 0)
  return { (arguments) throws(OpFailure) in
    first.withUnsafeBytes { bytes in
      guard let value = bytes.baseAddress else { return }
      weft_fill(arguments.output(0), bytes.count, value, count)
    }
    var start = 0
    while start < ids.count {
      if arguments.integer(1, at: start, ids.dtype) < 0 {
        start += 1
        continue
      }
      var end = start + 1
      while end < ids.count, arguments.integer(1, at: end, ids.dtype) >= 0 { end += 1 }
      let bad = weft_scatter_rows(
        how, dtype, arguments.output(0), segments, width, arguments.input(1) + start * idBytes,
        code, end - start,
        arguments.input(0) + start * rowBytes, width)
      if bad >= 0 {
        let id = arguments.integer(1, at: start + Int(bad), ids.dtype)
        throw OpFailure("segment number \(id) is not below \(segments)")
      }
      start = end
    }
  }
}

extension DType {
  /// The lowest number that is finite: what a maximum over nothing is in TensorFlow.
  fileprivate var lowestFinite: Double {
    switch self {
    case .float32: -Double(Float.greatestFiniteMagnitude)
    case .float64: -Double.greatestFiniteMagnitude
    case .int32: Double(Int32.min)
    case .int64: Double(Int64.min)
    default: 0
    }
  }

  /// The bytes of a number.
  fileprivate func bytes(_ value: Double) -> [UInt8] {
    func open<S: TensorScalar>(_: S.Type) -> [UInt8] {
      withUnsafeBytes(of: S(converting: value)) { Array($0) }
    }
    return open(scalarType)
  }
}
