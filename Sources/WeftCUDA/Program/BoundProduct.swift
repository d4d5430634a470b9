import CWeftCUDA
import WeftDevice

/// A product as cuBLASLt takes it: descriptions made once, an algorithm chosen once.
///
/// The library is column-major: a row-major d = a b is its dᵀ = bᵀ aᵀ, so the operands change places.
final class BoundProduct {
  private let product: CUDAProduct
  private let libraries: CUDALibraries
  private var description: weft_lt_description?
  private var layouts: [weft_lt_layout?] = [nil, nil, nil]
  private var heuristic = weft_lt_heuristic()
  private let addresses: (a: weft_cuda_address, b: weft_cuda_address, d: weft_cuda_address)
  private let scale: weft_cuda_address?
  /// Where its working memory is, as much as ``workspaceByteCount``.
  var workspace: weft_cuda_address = 0
  private let numbers: UnsafeMutableRawPointer

  init(
    _ product: CUDAProduct, _ context: CUDAContext, _ mathMode: CUDAOptions.MathMode,
    mask: weft_cuda_address? = nil, biasGradient: weft_cuda_address? = nil,
    address: (CUDAKernel.Place) -> weft_cuda_address
  ) throws(GraphError) {
    self.product = product
    libraries = context.libraries
    func start(_ place: CUDAKernel.Place, _ rows: Int, _ columns: Int) -> weft_cuda_address {
      address(place)
        + weft_cuda_address(product.first * rows * columns * product.dtype.byteCount)
    }
    addresses = (
      start(product.a, product.m, product.k), start(product.b, product.k, product.n),
      start(product.d, product.m, product.n)
    )
    numbers = .allocate(byteCount: 16, alignment: 8)
    switch product.scale {
    case .scratch(let offset): scale = address(.scratch(offset))
    case .numbers(let alpha, let beta):
      scale = nil
      if product.dtype == .float64 {
        numbers.storeBytes(of: alpha, as: Double.self)
        numbers.storeBytes(of: beta, toByteOffset: 8, as: Double.self)
      } else {
        numbers.storeBytes(of: Float(alpha), as: Float.self)
        numbers.storeBytes(of: Float(beta), toByteOffset: 8, as: Float.self)
      }
    }
    try describe(mathMode, bias: biasGradient ?? product.bias.map(address), mask: mask)
    try makeLayouts()
    try choose(context)
  }

  /// Whether the library has an algorithm for a product. No address is looked at to answer that.
  static func isSupported(
    _ product: CUDAProduct, _ context: CUDAContext, _ mathMode: CUDAOptions.MathMode
  ) -> Bool {
    let place: weft_cuda_address = 1 << 20
    return
      (try? BoundProduct(
        product, context, mathMode, mask: product.mask == nil ? nil : place,
        biasGradient: product.biasGradient == nil ? nil : place, address: { _ in place })) != nil
  }

  deinit {
    let lt = libraries.lt.pointee
    for layout in layouts where layout != nil { _ = lt.cublasLtMatrixLayoutDestroy(layout) }
    if description != nil { _ = lt.cublasLtMatmulDescDestroy(description) }
    numbers.deallocate()
  }

  private func require(_ status: Int32, _ call: String) throws(GraphError) {
    if status != 0 { throw libraries.productFailure(status, call) }
  }

  private func describe(
    _ mathMode: CUDAOptions.MathMode, bias: weft_cuda_address?, mask: weft_cuda_address?
  ) throws(GraphError) {
    let lt = libraries.lt.pointee
    var compute =
      switch mathMode {
      case .float32: WEFT_LT_COMPUTE_32F
      case .tf32: WEFT_LT_COMPUTE_FAST_TF32
      case .bfloat16: WEFT_LT_COMPUTE_FAST_BF16
      }
    if product.dtype == .float64 { compute = WEFT_LT_COMPUTE_64F }
    try require(
      lt.cublasLtMatmulDescCreate(&description, Int32(compute), type), "cublasLtMatmulDescCreate")
    try set(WEFT_LT_TRANSPOSE_A, Int32(product.transposeB ? 1 : 0))
    try set(WEFT_LT_TRANSPOSE_B, Int32(product.transposeA ? 1 : 0))
    if scale != nil { try set(WEFT_LT_POINTER_MODE, Int32(WEFT_LT_POINTERS_ON_DEVICE)) }
    try set(WEFT_LT_EPILOGUE, epilogue)
    if let bias { try set(WEFT_LT_BIAS_POINTER, bias) }
    if let mask {
      try set(WEFT_LT_AUXILIARY_POINTER, mask)
      try set(WEFT_LT_AUXILIARY_STRIDE, Int64(product.maskStride))
    }
  }

  private var epilogue: Int32 {
    if let mask = product.mask, !mask.isWritten {
      return Int32(
        product.biasGradient == nil ? WEFT_LT_RELU_GRADIENT : WEFT_LT_RELU_AND_BIAS_GRADIENT)
    }
    let epilogue =
      (product.bias != nil ? WEFT_LT_BIAS : 0) | (product.isRectified ? WEFT_LT_RELU : 0)
      | (product.mask != nil ? WEFT_LT_AUXILIARY : 0)
    return Int32(epilogue == 0 ? WEFT_LT_PLAIN : epilogue)
  }

  /// The working memory that the algorithm needs, in bytes.
  var workspaceByteCount: Int { heuristic.workspace_size }

  private var type: Int32 {
    Int32(product.dtype == .float64 ? WEFT_LT_FLOAT64 : WEFT_LT_FLOAT32)
  }

  private func set<T: BitwiseCopyable>(_ attribute: Int, _ value: T) throws(GraphError) {
    var value = value
    try require(
      libraries.lt.pointee.cublasLtMatmulDescSetAttribute(
        description, Int32(attribute), &value, MemoryLayout<T>.size),
      "cublasLtMatmulDescSetAttribute")
  }

  private func makeLayouts() throws(GraphError) {
    let (m, n, k) = (product.m, product.n, product.k)
    // Columns are our rows: (rows, columns) of b, a and d as the library sees them.
    let sizes = [
      product.transposeB ? (k, n) : (n, k), product.transposeA ? (m, k) : (k, m), (n, m),
    ]
    let lt = libraries.lt.pointee
    for (index, (rows, columns)) in sizes.enumerated() {
      try require(
        lt.cublasLtMatrixLayoutCreate(
          &layouts[index], type, UInt64(rows), UInt64(columns), Int64(rows)),
        "cublasLtMatrixLayoutCreate")
      guard product.batch > 1 else { continue }
      var (count, stride) = (Int32(product.batch), Int64(rows * columns))
      try require(
        lt.cublasLtMatrixLayoutSetAttribute(
          layouts[index], Int32(WEFT_LT_BATCH_COUNT), &count, 4),
        "cublasLtMatrixLayoutSetAttribute")
      try require(
        lt.cublasLtMatrixLayoutSetAttribute(
          layouts[index], Int32(WEFT_LT_BATCH_STRIDE), &stride, 8),
        "cublasLtMatrixLayoutSetAttribute")
    }
  }

  /// The most working memory that a product is given, in bytes.
  private static let mostWorkspace = 32 << 20

  private func choose(_ context: CUDAContext) throws(GraphError) {
    let lt = libraries.lt.pointee
    var preference: weft_lt_preference?
    try require(
      lt.cublasLtMatmulPreferenceCreate(&preference), "cublasLtMatmulPreferenceCreate")
    defer { _ = lt.cublasLtMatmulPreferenceDestroy(preference) }
    var limit = Self.mostWorkspace
    try require(
      lt.cublasLtMatmulPreferenceSetAttribute(
        preference, Int32(WEFT_LT_MAX_WORKSPACE), &limit, 8),
      "cublasLtMatmulPreferenceSetAttribute")
    // Places in the arena are multiples of 64 bytes, which is less than the library supposes.
    for operand in 0..<4 {
      var alignment: UInt32 = 64
      try require(
        lt.cublasLtMatmulPreferenceSetAttribute(
          preference, Int32(WEFT_LT_ALIGNMENT_A + operand), &alignment, 4),
        "cublasLtMatmulPreferenceSetAttribute")
    }
    var count: Int32 = 0
    let status = lt.cublasLtMatmulAlgoGetHeuristic(
      context.products, description, layouts[0], layouts[1], layouts[2], layouts[2], preference, 1,
      &heuristic, &count)
    guard status == 0, count > 0, heuristic.state == 0 else {
      throw libraries.productFailure(
        status, "cublasLtMatmulAlgoGetHeuristic for \(product.m) x \(product.k) x \(product.n)")
    }
  }

  func issue(on stream: weft_cuda_stream, _ context: CUDAContext) throws(GraphError) {
    func pointer(_ address: weft_cuda_address) -> UnsafeMutableRawPointer? {
      UnsafeMutableRawPointer(bitPattern: UInt(address))
    }
    let step = product.dtype == .float64 ? 8 : 4
    let alpha = scale.map(pointer) ?? numbers
    let beta = scale.map { pointer($0 + weft_cuda_address(step)) } ?? (numbers + 8)
    try require(
      libraries.lt.pointee.cublasLtMatmul(
        context.products, description, alpha, pointer(addresses.b), layouts[0],
        pointer(addresses.a), layouts[1], beta, pointer(addresses.d), layouts[2],
        pointer(addresses.d), layouts[2], &heuristic.algorithm, pointer(workspace),
        workspaceByteCount, stream),
      "cublasLtMatmul")
  }
}
