import WeftDevice

/// What kernels are planned for.
public struct CUDAKernelRequest: Sendable {
  /// The operands: types, and for constants the values.
  public let inputs: [Operand]
  /// The results.
  public let outputs: [ExecutionPlan.Value]
  /// The multiprocessors of the GPU.
  public let multiprocessors: Int
  /// How products are computed.
  public let mathMode: CUDAOptions.MathMode
  /// Whether products may rectify their results. See ``CUDAOptions/usesRectifiers``.
  var usesRectifiers = true

  /// A request.
  public init(
    inputs: [Operand], outputs: [ExecutionPlan.Value], multiprocessors: Int = 100,
    mathMode: CUDAOptions.MathMode = .float32
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.multiprocessors = multiprocessors
    self.mathMode = mathMode
  }

  /// An operand of a kernel.
  public struct Operand: Sendable {
    /// The type and shape.
    public let value: ExecutionPlan.Value
    /// The value where it is known while planning, as axes and sizes are.
    public let constant: AnyTensor?

    /// The element type.
    public var dtype: DType { value.dtype }
    /// The dimensions.
    public var shape: [Int] { value.shape }
    /// The number of elements.
    public var count: Int { value.count }

    /// An operand.
    public init(value: ExecutionPlan.Value, constant: AnyTensor?) {
      self.value = value
      self.constant = constant
    }
  }

  /// The value of an integer operand that is known while planning.
  ///
  /// Throws ``OpFailure`` with the code `.unsupported` where it is not: the step runs on the host.
  public func integers(_ index: Int) throws(OpFailure) -> [Int] {
    guard let constant = inputs[index].constant else {
      throw OpFailure(
        "operand \(index) is known only when the step runs", code: .unsupported)
    }
    return constant.integers
  }

  /// Whether the values of operands are known while planning.
  public func areKnown(_ indices: Int...) -> Bool {
    indices.allSatisfy { inputs[$0].constant != nil }
  }

  /// Blocks of 256 threads for elements: as many as are needed, but no more than keep the GPU busy;
  /// kernels go on by the whole grid.
  public func blocks(for elements: Int, each perBlock: Int = 256) -> Int {
    max(1, min((elements + perBlock - 1) / perBlock, multiprocessors * 8))
  }
}

extension DType {
  /// The element type in CUDA C.
  public var cudaType: String {
    switch self {
    case .float32: "float"
    case .float64: "double"
    case .int32: "int"
    case .int64: "long long"
    case .uint8: "unsigned char"
    case .bool: "bool"
    case .float16: "half_bits"
    case .bfloat16: "bfloat16_bits"
    }
  }

  /// A type in CUDA C of the same size, for kernels that only move elements.
  public var cudaMoveType: String {
    switch byteCount {
    case 1: "unsigned char"
    case 2: "unsigned short"
    case 4: "unsigned int"
    default: "unsigned long long"
    }
  }
}
