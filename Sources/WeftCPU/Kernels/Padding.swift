import CWeftKernels
import Glibc
import WeftOps

extension Pad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let byteCount = request.outputs[0].byteCount
    return try planPadding(request) { memset($0.output(0), 0, byteCount) }
  }
}

extension PadV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (count, size) = (request.outputs[0].count, request.outputs[0].dtype.byteCount)
    return try planPadding(request) { weft_fill($0.output(0), size, $0.input(2), count) }
  }
}

private func planPadding(
  _ request: KernelRequest, _ fill: @escaping @Sendable (KernelArguments) -> Void
) throws(OpFailure) -> CPUKernel {
  let (input, output) = (request.inputs[0].value, request.outputs[0])
  return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
    let pairs = try paddings(numbers[0], from: input.shape, to: output.shape)
    var list = MoveList()
    list.append(
      StridedCopy(
        dims: input.shape, destination: output.strides, source: input.strides,
        destinationOffset: offset(pairs.map(\.before), output.strides), dtype: input.dtype))
    return { [list] (arguments) throws(OpFailure) in
      fill(arguments)
      list.run(arguments)
    }
  }
}

/// Paddings that lead from one shape to another.
private func paddings(_ numbers: [Int], from small: [Int], to large: [Int]) throws(OpFailure)
  -> [(before: Int, after: Int)]
{
  guard numbers.count == 2 * small.count, numbers.allSatisfy({ $0 >= 0 }) else {
    throw OpFailure("paddings \(numbers) do not fit the shape \(small)", code: .invalidShape)
  }
  let pairs = small.indices.map { (before: numbers[2 * $0], after: numbers[2 * $0 + 1]) }
  guard zip(small, pairs).map({ $0 &+ $1.before &+ $1.after }) == large else {
    throw OpFailure(
      "paddings \(numbers) do not lead from \(small) to \(large)", code: .invalidShape)
  }
  return pairs
}

/// A part of an axis of a mirrored tensor: where it begins there, where in the original and in
/// which direction it runs there.
private struct MirrorSegment {
  let start: Int
  let count: Int
  let source: Int
  let step: Int
}

/// The three parts of a mirrored axis, those without elements left out.
private func mirrorSegments(
  size: Int, _ pair: (before: Int, after: Int), _ mode: MirrorMode
) throws(OpFailure) -> [MirrorSegment] {
  let edge = mode == .reflect ? 1 : 0
  guard max(pair.before, pair.after) <= max(size - edge, 0) else {
    throw OpFailure(
      "a padding of \(max(pair.before, pair.after)) is too wide for an axis of size \(size)")
  }
  let all = [
    MirrorSegment(start: 0, count: pair.before, source: pair.before - 1 + edge, step: -1),
    MirrorSegment(start: pair.before, count: size, source: 0, step: 1),
    MirrorSegment(
      start: pair.before + size, count: pair.after, source: size - 1 - edge, step: -1),
  ]
  return all.filter { $0.count > 0 }
}

/// Every combination of the axes' parts as one copy; `isBack` swaps source and destination.
private func mirrorCopies(
  _ small: [Int], _ large: [Int], _ pairs: [(before: Int, after: Int)], _ mode: MirrorMode,
  _ dtype: DType
) throws(OpFailure) -> [StridedCopy] {
  var blocks: [[MirrorSegment]] = [[]]
  for (axis, pair) in pairs.enumerated() {
    let segments = try mirrorSegments(size: small[axis], pair, mode)
    blocks = blocks.flatMap { block in segments.map { block + [$0] } }
  }
  let (from, to) = (rowMajorStrides(small), rowMajorStrides(large))
  return blocks.map { block in
    StridedCopy(
      dims: block.map(\.count), destination: to,
      source: zip(block, from).map { $0.step * $1 },
      destinationOffset: offset(block.map(\.start), to),
      sourceOffset: offset(block.map(\.source), from), dtype: dtype)
  }
}

extension MirrorPad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    let mode = mode
    return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      let pairs = try paddings(numbers[0], from: input.shape, to: output.shape)
      var list = MoveList()
      for copy in try mirrorCopies(input.shape, output.shape, pairs, mode, input.dtype) {
        list.append(copy)
      }
      return list.kernel
    }
  }
}

extension MirrorPadGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let (gradient, output) = (request.inputs[0].value, request.outputs[0])
    let mode = mode
    guard let type = output.dtype.numericType else {
      throw OpFailure("no kernel for \(output.dtype)", code: .unsupported)
    }
    return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
      let pairs = try paddings(numbers[0], from: output.shape, to: gradient.shape)
      let copies = try mirrorCopies(output.shape, gradient.shape, pairs, mode, output.dtype)
      // For each element of the gradient, which element it is added to.
      var targets = [Int](repeating: 0, count: gradient.count)
      for copy in copies {
        for (place, target) in zip(copy.destinationPositions, copy.sourcePositions) {
          targets[place] = target
        }
      }
      return planSums(targets, count: output.count, type)
    }
  }
}

/// result[targets[i]] += input[i], beginning with zeros.
private func planSums<S: NumericScalar>(_ targets: [Int], count: Int, _: S.Type) -> CPUKernel {
  { (arguments) throws(OpFailure) in
    let (source, result) = (arguments.input(0, as: S.self), arguments.output(0, as: S.self))
    for index in 0..<count { result[index] = S.zeroValue }
    for index in targets.indices {
      result[targets[index]] = .wrappingAdd(result[targets[index]], source[index])
    }
  }
}

extension StridedCopy {
  private func positions(_ strides: [Int64], _ start: Int) -> [Int] {
    var result = [start]
    for (extent, stride) in zip(dims, strides) {
      result = result.flatMap { base in (0..<Int(extent)).map { base + $0 * Int(stride) } }
    }
    return result
  }

  /// Where it writes, in order.
  var destinationPositions: [Int] { positions(destination, destinationOffset) }
  /// Where it reads, in order.
  var sourcePositions: [Int] { positions(source, sourceOffset) }
}
