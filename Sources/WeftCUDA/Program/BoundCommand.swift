import CWeftCUDA
import WeftDevice

/// A command with its addresses: what a run, or a capture, goes through.
enum BoundCommand {
  case launch(BoundLaunch)
  case copy(from: weft_cuda_address, to: weft_cuda_address, byteCount: Int)
  case fill(weft_cuda_address, byte: UInt8, byteCount: Int)
  case product(BoundProduct)

  func issue(on stream: weft_cuda_stream, _ context: CUDAContext) throws(GraphError) {
    let driver = context.libraries.driver
    switch self {
    case .launch(let launch): try launch.issue(on: stream, context)
    case .copy(let source, let target, let byteCount):
      if byteCount == 0 || source == target { return }
      try context.check(
        driver.pointee.cuMemcpyDtoDAsync_v2(target, source, byteCount, stream),
        "cuMemcpyDtoDAsync")
    case .fill(let target, let byte, let byteCount):
      if byteCount == 0 { return }
      try context.check(
        driver.pointee.cuMemsetD8Async(target, byte, byteCount, stream), "cuMemsetD8Async")
    case .product(let product): try product.issue(on: stream, context)
    }
  }
}

/// A launch with its arguments as the driver takes them: an array of addresses of values.
final class BoundLaunch {
  private let function: weft_cuda_function
  private let kernel: String
  private let grid: [Int]
  private let block: [Int]
  private let sharedByteCount: Int
  private let values: UnsafeMutablePointer<UInt64>
  private let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  /// - Parameter words: each argument as 64-bit words, in order.
  init(
    _ kernel: String, _ function: weft_cuda_function, grid: [Int], block: [Int],
    sharedByteCount: Int = 0, words: [[UInt64]]
  ) {
    self.function = function
    (self.kernel, self.grid, self.block) = (kernel, grid, block)
    self.sharedByteCount = sharedByteCount
    let count = words.reduce(0) { $0 + $1.count }
    values = .allocate(capacity: max(count, 1))
    pointers = .allocate(capacity: max(words.count, 1))
    var at = 0
    for (index, argument) in words.enumerated() {
      (pointers + index).initialize(to: UnsafeMutableRawPointer(values + at))
      for word in argument {
        (values + at).initialize(to: word)
        at += 1
      }
    }
  }

  deinit {
    values.deallocate()
    pointers.deallocate()
  }

  func issue(on stream: weft_cuda_stream, _ context: CUDAContext) throws(GraphError) {
    let status = context.libraries.driver.pointee.cuLaunchKernel(
      function, UInt32(grid[0]), UInt32(grid[1]), UInt32(grid[2]), UInt32(block[0]),
      UInt32(block[1]), UInt32(block[2]), UInt32(sharedByteCount), stream, pointers, nil)
    if status != 0 { try context.check(status, "cuLaunchKernel(\(kernel))") }
  }
}
