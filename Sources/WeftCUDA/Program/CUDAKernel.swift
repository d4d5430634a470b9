import WeftDevice

/// An operation with kernels for CUDA. Built-in and custom operations conform alike.
///
/// One operation, two files: the kernels in `Sources/CWeftCUDA/Kernels/<name>.cu`, and here how
/// they are launched for complete shapes:
///
/// ```swift
/// extension L2Loss: CUDAKernelProviding {
///   public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
///     let unit = try KernelUnit(file: "l2_loss", ["T": try request.type(of: request.inputs[0])])
///     return CUDAKernel(unit.launch(
///       "l2_loss", grid: 1, block: 256, [.output(0), .input(0), .int64(request.inputs[0].count)]))
///   }
/// }
/// ```
/// Pointwise operations and reductions need none: theirs are generated.
public protocol CUDAKernelProviding: OpDefinition {
  /// Chooses the launches for complete shapes, once; they are repeated in every run, as they are.
  ///
  /// Throws ``OpFailure`` with the code `.unsupported` if there is no kernel for these types: the step
  /// then runs on the host, and the placement says so.
  func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel
}

/// What one step does on the GPU: commands in order. It holds no address; whatever changes from run to
/// run lies in the GPU's memory, so that a whole step can be captured once and replayed.
public struct CUDAKernel: Sendable {
  /// A place in the GPU's memory.
  public enum Place: Hashable, Sendable {
    /// An operand. One that is updated is written here.
    case input(Int)
    /// A result.
    case output(Int)
    /// Working memory of the step, at an offset in bytes that is a multiple of 8.
    case scratch(Int)
  }

  /// An argument of a kernel.
  public enum Argument: Hashable, Sendable {
    /// An operand's address; null if it has no elements.
    case input(Int)
    /// A result's address.
    case output(Int)
    /// An address in the step's working memory.
    case scratch(Int)
    /// The address of three 64-bit numbers: the key and the counter (low, high) of the blocks that the
    /// run took from the operation's random stream. See ``CUDAKernel/randomBlocks``.
    case random
    /// The address of the step's status word. See ``CUDAKernel/failure``.
    case status
    /// The address of one of the step's counters, `unsigned` and 0 before and after each launch. See
    /// ``CUDAKernel/ticketCount``.
    case tickets(Int)
    /// The address of any value of the plan, which the kernel may write: for launches that do what were
    /// several steps.
    case value(Int)
    case int32(Int)
    case int64(Int)
    case float(Float)
    case double(Double)
    /// A structure of 64-bit numbers, passed by value.
    case structure([Int])
  }

  /// A launch of a kernel.
  public struct Launch: Hashable, Sendable {
    /// Where the kernel is.
    public let unit: KernelUnit
    /// Its name in the unit.
    public let kernel: String
    /// The blocks along x, y and z.
    public let grid: [Int]
    /// The threads of a block.
    public let block: [Int]
    /// Dynamic shared memory in bytes.
    public let sharedByteCount: Int
    /// The arguments in order.
    public let arguments: [Argument]
  }

  /// Something done on the GPU.
  public enum Command: Sendable {
    case launch(Launch)
    case copy(from: Place, to: Place, byteCount: Int)
    /// Sets every byte.
    case fill(Place, byte: UInt8, byteCount: Int)
    case product(CUDAProduct)
  }

  /// What is done, in order. Nothing for results without elements.
  public var commands: [Command]
  /// The working memory that the commands need, in bytes.
  public var scratchByteCount: Int
  /// How many blocks a run takes from the operation's random stream.
  public var randomBlocks: UInt64?
  /// How many counters the launches need, by which blocks find out which of them is the last.
  public var ticketCount = 0
  /// The error for a status that a kernel set: `fail(status, code, detail)` in CUDA C, of which the
  /// smallest is kept. Only what depends on data needs it: an index outside, a division by zero.
  public var failure: (@Sendable (_ code: Int, _ detail: Int) -> OpFailure)?

  /// A kernel of some commands.
  public init(
    commands: [Command], scratchByteCount: Int = 0, randomBlocks: UInt64? = nil,
    failure: (@Sendable (_ code: Int, _ detail: Int) -> OpFailure)? = nil
  ) {
    self.commands = commands
    self.scratchByteCount = scratchByteCount
    self.randomBlocks = randomBlocks
    self.failure = failure
  }

  /// A kernel of some launches.
  public init(
    _ launches: Launch..., scratchByteCount: Int = 0, randomBlocks: UInt64? = nil,
    failure: (@Sendable (_ code: Int, _ detail: Int) -> OpFailure)? = nil
  ) {
    self.init(
      commands: launches.map { .launch($0) }, scratchByteCount: scratchByteCount,
      randomBlocks: randomBlocks, failure: failure)
  }

  /// A copy of a whole operand.
  public static func copy(from place: Place, to target: Place, byteCount: Int) -> CUDAKernel {
    CUDAKernel(commands: [.copy(from: place, to: target, byteCount: byteCount)])
  }
}

extension KernelUnit {
  /// A launch over a grid of one dimension.
  public func launch(
    _ kernel: String, grid: Int, block: Int = 256, shared: Int = 0,
    _ arguments: [CUDAKernel.Argument]
  ) -> CUDAKernel.Launch {
    launch(kernel, grid: [grid, 1, 1], block: [block, 1, 1], shared: shared, arguments)
  }

  /// A launch.
  public func launch(
    _ kernel: String, grid: [Int], block: [Int], shared: Int = 0,
    _ arguments: [CUDAKernel.Argument]
  ) -> CUDAKernel.Launch {
    CUDAKernel.Launch(
      unit: self, kernel: kernel, grid: grid, block: block, sharedByteCount: shared,
      arguments: arguments)
  }
}

/// A product of matrices for cuBLASLt over row-major operands: d = alpha op(a) op(b) + beta d, then a
/// bias and a rectifier.
public struct CUDAProduct: Hashable, Sendable {
  /// Where alpha and beta come from.
  public enum Scale: Hashable, Sendable {
    /// Known when the product is planned.
    case numbers(alpha: Double, beta: Double)
    /// Two numbers of the product's type, alpha then beta, in the step's working memory.
    case scratch(Int)
  }

  public var m: Int, n: Int, k: Int
  public var transposeA: Bool, transposeB: Bool
  /// How many products, one after the other in memory.
  public var batch: Int
  /// How many matrices of each operand come before.
  var first = 0
  /// `float32` or `float64`.
  public var dtype: DType
  public var a: CUDAKernel.Place, b: CUDAKernel.Place, d: CUDAKernel.Place
  public var scale: Scale
  /// A row added to every row; `float32` only.
  public var bias: CUDAKernel.Place?
  /// Whether what is below 0 becomes 0; `float32` only.
  public var isRectified: Bool
  /// Where a rectifier notes which elements it let pass, or the gradient of one finds it.
  var mask: Mask?
  /// The value of the plan that becomes the sums of the result's columns; only with a mask that is read.
  var biasGradient: Int?

  /// A bit for each element of a rectifier's result, which the gradient's product reads.
  struct Mask: Hashable, Sendable {
    /// The step that writes it.
    let step: Int
    let isWritten: Bool
  }

  /// The bits from one column of the mask to the next: the library asks for multiples of 128.
  var maskStride: Int { (n + 127) / 128 * 128 }
  /// The size of the mask in bytes.
  var maskByteCount: Int { maskStride / 8 * m }

  public init(
    m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false, batch: Int = 1,
    dtype: DType, a: CUDAKernel.Place, b: CUDAKernel.Place, d: CUDAKernel.Place,
    scale: Scale = .numbers(alpha: 1, beta: 0), bias: CUDAKernel.Place? = nil,
    isRectified: Bool = false
  ) {
    (self.m, self.n, self.k, self.batch, self.dtype) = (m, n, k, batch, dtype)
    (self.transposeA, self.transposeB) = (transposeA, transposeB)
    (self.a, self.b, self.d, self.scale) = (a, b, d, scale)
    (self.bias, self.isRectified) = (bias, isRectified)
  }
}
