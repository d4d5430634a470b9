import CWeftKernels
import WeftOps

/// A copy between strided layouts of one element size.
struct StridedCopy: Sendable {
  var dims: [Int64]
  var destination: [Int64]
  var source: [Int64]
  var destinationOffset = 0
  var sourceOffset = 0
  let elementSize: Int

  /// Strides and offsets are in elements.
  init(
    dims: [Int], destination: [Int], source: [Int], destinationOffset: Int = 0,
    sourceOffset: Int = 0, dtype: DType
  ) {
    self.dims = dims.map { Int64($0) }
    self.destination = destination.map { Int64($0) }
    self.source = source.map { Int64($0) }
    self.destinationOffset = destinationOffset
    self.sourceOffset = sourceOffset
    elementSize = dtype.byteCount
  }

  func run(
    to destination: UnsafeMutableRawPointer, from source: UnsafeRawPointer, pool: OpaquePointer?
  ) {
    _ = weft_copy_strided(
      Int32(dims.count), dims, elementSize, destination + destinationOffset * elementSize,
      self.destination, source + sourceOffset * elementSize, self.source, pool)
  }
}

extension ExecutionPlan.Value {
  /// The strides of its elements.
  var strides: [Int] { rowMajorStrides(shape) }
}

/// Copies from operands to results, one after the other.
struct MoveList: Sendable {
  private var moves: [(copy: StridedCopy, from: Int, to: Int)] = []

  mutating func append(_ copy: StridedCopy, from operand: Int = 0, to result: Int = 0) {
    moves.append((copy, operand, result))
  }

  func run(_ arguments: KernelArguments) {
    for index in moves.indices {
      let move = moves[index]
      move.copy.run(
        to: arguments.output(move.to), from: arguments.input(move.from), pool: arguments.pool)
    }
  }

  /// The copies as a kernel.
  var kernel: CPUKernel {
    let list = self
    return { (arguments) throws(OpFailure) in list.run(arguments) }
  }
}

/// One copy from operand 0, or another, as a kernel.
func planMove(_ copy: StridedCopy, from operand: Int = 0) -> CPUKernel {
  var list = MoveList()
  list.append(copy, from: operand)
  return list.kernel
}

/// The position of an index.
func offset(_ index: [Int], _ strides: [Int]) -> Int {
  zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
}

extension BroadcastTo: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let output = request.outputs[0]
    return planMove(
      StridedCopy(
        dims: output.shape, destination: output.strides,
        source: broadcastStrides(of: request.inputs[0].shape, to: output.shape),
        dtype: output.dtype))
  }
}
