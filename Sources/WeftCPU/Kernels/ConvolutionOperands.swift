import CWeftKernels
import WeftOps

/// Where a convolution's operands are, and how images with the channels first come to kernels that
/// take them last: turned in scratch memory.
struct ConvolutionOperands: Sendable {
  let role: ConvolutionRole
  let geometry: ConvolutionGeometry
  let dtype: DType

  /// The operand that lies in images.
  var first: Int { role == .input ? 2 : 0 }
  /// The other: filters, or a gradient in images.
  var second: Int { role == .filter ? 2 : 1 }

  /// The role as the C kernels number it.
  var code: Int32 {
    switch role {
    case .output: Int32(WEFT_CONVOLUTION_OUTPUT)
    case .input: Int32(WEFT_CONVOLUTION_INPUT)
    case .filter: Int32(WEFT_CONVOLUTION_FILTER)
    }
  }

  typealias Body =
    @Sendable (
      _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ result: UnsafeMutableRawPointer,
      _ scratch: UnsafeMutableRawPointer, OpaquePointer?
    ) -> Void

  /// A kernel that gives the body its operands with the channels last, and that many bytes.
  func kernel(scratch byteCount: Int, _ body: @escaping Body) -> CPUKernel {
    let (first, second) = (first, second)
    if geometry.dataFormat == .channelsLast {
      let scratch = TaskScratch(byteCount: byteCount)
      return { (arguments) throws(OpFailure) in
        scratch.with { memory in
          body(
            arguments.input(first), arguments.input(second), arguments.output(0),
            memory ?? arguments.output(0), arguments.pool)
        }
      }
    }
    let images = TurnedImages(
      geometry.batch, geometry.rows.input, geometry.columns.input, geometry.channels, dtype)
    let results = TurnedImages(
      geometry.batch, geometry.rows.output, geometry.columns.output, geometry.outputChannels,
      dtype)
    let (source, target) = role == .input ? (results, images) : (images, results)
    let role = role
    let start = (byteCount + 63) / 64 * 64
    let scratch = TaskScratch(byteCount: start + images.byteCount + results.byteCount)
    return { (arguments) throws(OpFailure) in
      scratch.with { memory in
        guard let memory else { return }
        let turned = memory + start
        let other = turned + source.byteCount
        source.turn.run(to: turned, from: arguments.input(first), pool: arguments.pool)
        if role == .filter {
          target.turn.run(to: other, from: arguments.input(second), pool: arguments.pool)
          body(turned, other, arguments.output(0), memory, arguments.pool)
        } else {
          body(turned, arguments.input(second), other, memory, arguments.pool)
          target.turnBack.run(to: arguments.output(0), from: other, pool: arguments.pool)
        }
      }
    }
  }
}

/// Copies of images with the channels first to such with the channels last, and back.
private struct TurnedImages: Sendable {
  let byteCount: Int
  let turn: StridedCopy
  let turnBack: StridedCopy

  init(_ batch: Int, _ rows: Int, _ columns: Int, _ channels: Int, _ dtype: DType) {
    let last = [batch, rows, columns, channels]
    let first = rowMajorStrides([batch, channels, rows, columns])
    let seen = [first[0], first[2], first[3], first[1]]
    byteCount = (last.reduce(1, *) * dtype.byteCount + 63) / 64 * 64
    turn = StridedCopy(
      dims: last, destination: rowMajorStrides(last), source: seen, dtype: dtype)
    turnBack = StridedCopy(
      dims: last, destination: seen, source: rowMajorStrides(last), dtype: dtype)
  }
}
