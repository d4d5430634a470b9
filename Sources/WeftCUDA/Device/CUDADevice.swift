import CWeftCUDA
import Synchronization
@_exported import WeftDevice

/// An NVIDIA GPU.
///
/// Making one creates nothing on the GPU: that is done by its first use.
///
/// ```swift
/// let gpu = try CUDADevice(libraries: CUDALibraries(), ordinal: 0, host: CPUDevice.shared)
/// let session = try Session(graph, device: gpu)
/// ```
public final class CUDADevice: Device {
  public let name: String
  /// The number of the device.
  public let ordinal: Int
  /// How it computes.
  public let options: CUDAOptions
  let libraries: CUDALibraries
  private let host: (any Device)?
  private let state = Mutex<State>(State())

  private struct State {
    var context: CUDAContext?
    var library: KernelLibrary?
    var hostSteps: [String: String] = [:]
  }

  /// A device of those that the driver sees.
  ///
  /// - Parameter host: what computes the steps that have no kernel here, such as the CPU's device; nil
  ///   leaves them to the operations' own `evaluate`, which is slow.
  ///
  /// Throws ``GraphError`` if there is no device of this number.
  public init(
    libraries: CUDALibraries, ordinal: Int = 0, options: CUDAOptions = CUDAOptions(),
    host: (any Device)? = nil
  ) throws(GraphError) {
    guard (0..<libraries.deviceCount).contains(ordinal) else {
      throw CUDALibraries.unavailable(
        "there is no /gpu:\(ordinal); the driver sees \(libraries.deviceCount)")
    }
    name = "/gpu:\(ordinal)"
    self.ordinal = ordinal
    self.options = options
    self.libraries = libraries
    self.host = host
  }

  /// The device's own name, such as `NVIDIA H200`, its memory in bytes and its architecture.
  public var description: (model: String, memory: Int, architecture: Int) {
    let driver = libraries.driver.pointee
    var device: weft_cuda_device = 0
    guard driver.cuDeviceGet(&device, Int32(ordinal)) == 0 else { return ("unknown", 0, 0) }
    var text = [CChar](repeating: 0, count: 128)
    _ = driver.cuDeviceGetName(&text, Int32(text.count - 1), device)
    var memory = 0
    _ = driver.cuDeviceTotalMem_v2(&memory, device)
    var (major, minor): (Int32, Int32) = (0, 0)
    _ = driver.cuDeviceGetAttribute(&major, Int32(WEFT_CUDA_DEVICE_CAPABILITY_MAJOR), device)
    _ = driver.cuDeviceGetAttribute(&minor, Int32(WEFT_CUDA_DEVICE_CAPABILITY_MINOR), device)
    let model = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (model, memory, Int(major * 10 + minor))
  }

  /// The context and the loaded kernels, made at their first use.
  func open() throws(GraphError) -> (context: CUDAContext, library: KernelLibrary) {
    try state.withLock { (state) throws(GraphError) in
      if let context = state.context, let library = state.library, !context.isLost {
        return (context, library)
      }
      // A lost one is given back when the last session that used it is gone.
      state.context = nil
      state.library = nil
      let context = try CUDAContext(
        libraries: libraries, ordinal: ordinal, memoryLimit: options.memoryLimit)
      let library = KernelLibrary(context, cache: options.cache, batchSize: options.batchSize)
      state.context = context
      state.library = library
      return (context, library)
    }
  }

  public func allocate(byteCount: Int) throws(GraphError) -> any DeviceMemory {
    try CUDAMemory(try open().context, byteCount: byteCount)
  }

  public func allocateOnHost(byteCount: Int) throws(GraphError) -> HostMemory? {
    let buffer = try PinnedBuffer(try open().context, byteCount: byteCount)
    return HostMemory(buffer.pointer, byteCount: byteCount, of: buffer)
  }

  public func compile(_ plan: ExecutionPlan, resources: ProgramResources) throws(GraphError)
    -> any DeviceProgram
  {
    let (context, library) = try open()
    let program = try CUDAProgram(
      plan: plan, resources: resources, context: context, library: library, options: options,
      host: host)
    let elsewhere = program.elsewhere.values
    state.withLock { state in
      for step in elsewhere { state.hostSteps[step.typeName] = step.reason }
    }
    return program
  }

  /// The types of operations that ran on the host so far, each with a reason.
  public var hostSteps: [String: String] { state.withLock { $0.hostSteps } }

  /// Gives memory back to the device that the pool keeps for later.
  public func releaseUnusedMemory() { state.withLock { $0.context }?.trim() }

  /// The bytes in use on the device by this process's tensors, and the most that ever were.
  public var memoryUse: (used: Int, peak: Int) {
    state.withLock { $0.context }?.memoryUse ?? (0, 0)
  }
}

/// How a GPU computes.
public struct CUDAOptions: Sendable {
  /// How products of `float32` are computed.
  public enum MathMode: String, Hashable, Sendable {
    /// In `float32` throughout.
    case float32
    /// With operands rounded to TF32: ten bits of significand.
    case tf32
    /// With operands rounded to bfloat16.
    case bfloat16
  }

  /// How products of `float32` are computed; in `float32` unless asked otherwise.
  public var mathMode: MathMode
  /// The most bytes of the GPU's memory to use; nil for as much as there is.
  public var memoryLimit: Int?
  /// Where compiled kernels are kept; nil for nowhere.
  public var cache: KernelCache?
  /// How many kernels are compiled together.
  public var batchSize: Int
  /// Whether a step is replayed as one launch from its second run on. By default unless
  /// `WEFT_CUDA_CAPTURE=0` is set.
  public var capturesSteps: Bool
  /// Whether each command is waited for, by itself: slow, but a fault of a kernel is found where it
  /// happens, and its error names the operation. By default where `WEFT_CUDA_SYNC=1` is set.
  public var waitsForEach: Bool = CUDASearch.environment("WEFT_CUDA_SYNC") == "1"
  /// Whether the gradients of rectifiers are taken by products, from a mask of bits that the forward
  /// product leaves. By default unless `WEFT_CUDA_MASKS=0` is set.
  public var usesMasks: Bool = CUDASearch.environment("WEFT_CUDA_MASKS") != "0"
  /// Whether several GPUs add up values together, by NCCL where it is there. By default unless
  /// `WEFT_CUDA_NCCL=0` is set.
  public var usesCollectives: Bool = CUDASearch.environment("WEFT_CUDA_NCCL") != "0"
  /// Whether rectifiers are taken by the products before them where a trial on the GPU shows that cuBLASLt's
  /// hand NaN on, as they should; else a launch of its own, without masks, does it. By default unless
  /// `WEFT_CUDA_RECTIFIERS=0` is set.
  public var usesRectifiers: Bool = CUDASearch.environment("WEFT_CUDA_RECTIFIERS") != "0"

  /// Options.
  public init(
    mathMode: MathMode = .float32, memoryLimit: Int? = nil,
    cache: KernelCache? = KernelCache.standard, batchSize: Int = 24,
    capturesSteps: Bool? = nil
  ) {
    self.mathMode = mathMode
    self.memoryLimit = memoryLimit
    self.cache = cache
    self.batchSize = batchSize
    self.capturesSteps = capturesSteps ?? (CUDASearch.environment("WEFT_CUDA_CAPTURE") != "0")
  }
}
