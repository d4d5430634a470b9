import CWeftCUDA
import WeftDevice

/// Whether the rectifiers of cuBLASLt's products hand NaN on, as TensorFlow's and ours do.
///
/// Its documentation does not say, and a user of it saw zeros. So it is tried out: products of zeros by an
/// alpha of NaN are NaN throughout, and stay that if the rectifier is right.
struct RectifierTrial {
  private let context: CUDAContext
  private let mathMode: CUDAOptions.MathMode

  init(_ context: CUDAContext, _ mathMode: CUDAOptions.MathMode) {
    self.context = context
    self.mathMode = mathMode
  }

  /// Tries a square product and one of long sums, whose parts another kernel may add up; each with and
  /// without a mask, where the library has an algorithm for it.
  func passes() throws(GraphError) -> Bool {
    for (m, n, k) in [(128, 128, 128), (32, 32, 4096)] {
      for isMasked in [false, true] {
        var product = CUDAProduct(
          m: m, n: n, k: k, dtype: .float32, a: .input(0), b: .input(1), d: .output(0),
          scale: .numbers(alpha: .nan, beta: 0), bias: .input(2), isRectified: true)
        if isMasked { product.mask = CUDAProduct.Mask(step: 0, isWritten: true) }
        guard BoundProduct.isSupported(product, context, mathMode) else { continue }
        if try !keepsNaN(product) { return false }
      }
    }
    return true
  }

  private func keepsNaN(_ product: CUDAProduct) throws(GraphError) -> Bool {
    // In one block of zeros: the result, then the bias, the mask and what both operands share.
    let resultByteCount = product.m * product.n * 4
    let biasOffset = resultByteCount
    let maskOffset = biasOffset + product.n * 4
    let operandOffset = WorkspaceLayout.rounded(maskOffset + product.maskByteCount)
    let operandCount = product.k * max(product.m, product.n)
    let block = try CUDAMemory(context, byteCount: operandOffset + operandCount * 4)
    func address(_ offset: Int) -> weft_cuda_address {
      block.buffer.address + weft_cuda_address(offset)
    }
    let bound = try BoundProduct(
      product, context, mathMode, mask: product.mask == nil ? nil : address(maskOffset)
    ) { place in
      switch place {
      case .output: address(0)
      case .input(2): address(biasOffset)
      default: address(operandOffset)
      }
    }
    let workspace = try DeviceBuffer(
      context, byteCount: bound.workspaceByteCount, for: "a trial of products")
    bound.workspace = workspace.address
    try bound.issue(on: context.stream, context)
    let result = UnsafeMutableBufferPointer<Float>.allocate(capacity: product.m * product.n)
    defer { result.deallocate() }
    result.initialize(repeating: 0)
    guard let start = result.baseAddress else { return false }
    try block.buffer.download(to: start, byteCount: resultByteCount)
    return result.allSatisfy(\.isNaN)
  }
}
