import CWeftCUDA
import Synchronization
import WeftDevice

/// What a process holds on one GPU: the primary context, a pool of memory, the loaded kernels.
///
/// Everything that is made through it keeps it alive; when the last is gone, all of it is given back.
final class CUDAContext: @unchecked Sendable {
  // Sendable: the driver's functions may be called from any thread; what changes is behind a lock.
  let libraries: CUDALibraries
  let ordinal: Int
  /// The compute capability, as 90 for 9.0.
  let architecture: Int
  let multiprocessors: Int
  let context: weft_cuda_context
  private let pool: weft_cuda_pool
  /// For uploads, downloads and the order of allocations.
  let stream: weft_cuda_stream
  private let memory: Mutex<Memory>
  /// The GPUs that may use this one's memory without a detour, or were found not to.
  private let neighbours = Mutex<Set<Int>>([])
  let products: weft_lt_handle
  /// What trials of the products' rectifiers gave.
  private let rectifierTrials = Mutex<[CUDAOptions.MathMode: Bool]>([:])
  private let lost = Atomic<Bool>(false)
  /// Whether a kernel failed in a way after which the driver does nothing more in this context.
  var isLost: Bool { lost.load(ordering: .relaxed) }

  /// After these the driver does nothing more in the context: memory or a link that broke, an access
  /// outside or misaligned, a time limit, a trap, an instruction that does not exist, a launch that
  /// failed. Others from 700 on, as a launch that asks for too much, change nothing.
  private static let sticky: Set<Int32> = [
    214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721,
  ]

  private struct Memory {
    var used = 0
    var peak = 0
    let limit: Int?
  }

  init(libraries: CUDALibraries, ordinal: Int, memoryLimit: Int?) throws(GraphError) {
    self.libraries = libraries
    self.ordinal = ordinal
    memory = Mutex(Memory(limit: memoryLimit))
    let driver = libraries.driver.pointee
    func require(_ status: Int32, _ call: String) throws(GraphError) {
      if status != 0 { throw libraries.failure(status, call) }
    }
    var device: weft_cuda_device = 0
    try require(driver.cuDeviceGet(&device, Int32(ordinal)), "cuDeviceGet")
    func attribute(_ index: Int) -> Int {
      var value: Int32 = 0
      _ = driver.cuDeviceGetAttribute(&value, Int32(index), device)
      return Int(value)
    }
    architecture =
      attribute(WEFT_CUDA_DEVICE_CAPABILITY_MAJOR) * 10
      + attribute(WEFT_CUDA_DEVICE_CAPABILITY_MINOR)
    multiprocessors = max(attribute(WEFT_CUDA_DEVICE_SM_COUNT), 1)
    var context: weft_cuda_context?
    try require(driver.cuDevicePrimaryCtxRetain(&context, device), "cuDevicePrimaryCtxRetain")
    // What was made so far is given back if the rest fails.
    var made: [() -> Void] = [{ _ = driver.cuDevicePrimaryCtxRelease_v2(device) }]
    do throws(GraphError) {
      guard let context else { throw libraries.failure(0, "cuDevicePrimaryCtxRetain") }
      self.context = context
      try require(driver.cuCtxSetCurrent(context), "cuCtxSetCurrent")
      var stream: weft_cuda_stream?
      try require(
        driver.cuStreamCreate(&stream, UInt32(WEFT_CUDA_STREAM_NON_BLOCKING)), "cuStreamCreate")
      guard let stream else { throw libraries.failure(0, "cuStreamCreate") }
      made.append { _ = driver.cuStreamDestroy_v2(stream) }
      self.stream = stream
      var properties = weft_cuda_pool_properties()
      properties.allocation_type = Int32(WEFT_CUDA_POOL_PINNED)
      properties.location.type = Int32(WEFT_CUDA_POOL_ON_DEVICE)
      properties.location.id = device
      var pool: weft_cuda_pool?
      try require(driver.cuMemPoolCreate(&pool, &properties), "cuMemPoolCreate")
      guard let pool else { throw libraries.failure(0, "cuMemPoolCreate") }
      made.append { _ = driver.cuMemPoolDestroy(pool) }
      self.pool = pool
      // Memory given back stays in the pool: taking it again costs nothing.
      var threshold = UInt64.max
      try require(
        driver.cuMemPoolSetAttribute(pool, Int32(WEFT_CUDA_POOL_RELEASE_THRESHOLD), &threshold),
        "cuMemPoolSetAttribute")
      var products: weft_lt_handle?
      let status = libraries.lt.pointee.cublasLtCreate(&products)
      guard status == 0, let products else {
        throw libraries.productFailure(status, "cublasLtCreate")
      }
      self.products = products
    } catch {
      for undo in made.reversed() { undo() }
      throw error
    }
  }

  deinit {
    let driver = libraries.driver.pointee
    _ = driver.cuCtxSetCurrent(context)
    _ = libraries.lt.pointee.cublasLtDestroy(products)
    _ = driver.cuStreamSynchronize(stream)
    _ = driver.cuStreamDestroy_v2(stream)
    _ = driver.cuMemPoolDestroy(pool)
    _ = driver.cuCtxSetCurrent(nil)
    _ = driver.cuDevicePrimaryCtxRelease_v2(weft_cuda_device(ordinal))
  }

  /// Makes the context that of the calling thread: before any other call.
  func activate() throws(GraphError) {
    try check(libraries.driver.pointee.cuCtxSetCurrent(context), "cuCtxSetCurrent")
  }

  /// A stream that waits for no other.
  func makeStream() throws(GraphError) -> weft_cuda_stream {
    try activate()
    var stream: weft_cuda_stream?
    try check(
      libraries.driver.pointee.cuStreamCreate(&stream, UInt32(WEFT_CUDA_STREAM_NON_BLOCKING)),
      "cuStreamCreate")
    guard let stream else { throw libraries.failure(0, "cuStreamCreate") }
    return stream
  }

  /// Whether the rectifiers of products hand NaN on; tried out once.
  func rectifiersKeepNaN(_ mathMode: CUDAOptions.MathMode) throws(GraphError) -> Bool {
    try rectifierTrials.withLock { (trials) throws(GraphError) in
      if let known = trials[mathMode] { return known }
      let passes = try RectifierTrial(self, mathMode).passes()
      trials[mathMode] = passes
      return passes
    }
  }

  /// Throws if a call failed.
  func check(_ status: Int32, _ call: String) throws(GraphError) {
    if status == 0 { return }
    if Self.sticky.contains(status) { lost.store(true, ordering: .relaxed) }
    throw libraries.failure(status, call, on: ordinal)
  }

  /// Takes device memory, ready for every stream.
  func allocate(_ byteCount: Int, for purpose: String) throws(GraphError) -> weft_cuda_address {
    let size = max(byteCount, 1)
    try memory.withLock { (memory) throws(GraphError) in
      if let limit = memory.limit, memory.used + size > limit {
        throw GraphError(
          .outOfMemory,
          "not enough memory on /gpu:\(ordinal) for \(purpose): \(size) bytes, with "
            + "\(memory.used) in use of the limit of \(limit)")
      }
      memory.used += size
      memory.peak = max(memory.peak, memory.used)
    }
    var address: weft_cuda_address = 0
    let driver = libraries.driver.pointee
    var status = driver.cuMemAllocFromPoolAsync(&address, size, pool, stream)
    if status == WEFT_CUDA_OUT_OF_MEMORY {
      // What was freed may still be in use by the stream's order.
      _ = driver.cuStreamSynchronize(stream)
      _ = driver.cuMemPoolTrimTo(pool, 0)
      status = driver.cuMemAllocFromPoolAsync(&address, size, pool, stream)
    }
    guard status == 0 else {
      memory.withLock { $0.used -= size }
      if status == WEFT_CUDA_OUT_OF_MEMORY {
        throw GraphError(
          .outOfMemory, "not enough memory on /gpu:\(ordinal) for \(purpose): \(size) bytes")
      }
      throw libraries.failure(status, "cuMemAllocFromPoolAsync", on: ordinal)
    }
    // Other streams may use it only once this one has come so far.
    do throws(GraphError) {
      try check(driver.cuStreamSynchronize(stream), "cuStreamSynchronize")
    } catch {
      free(address, byteCount)
      throw error
    }
    return address
  }

  /// Lets another GPU copy from this one's memory directly where the machine can do that; where it
  /// cannot, the driver copies by way of the host.
  func open(to other: CUDAContext) {
    guard neighbours.withLock({ $0.insert(other.ordinal).inserted }) else { return }
    let driver = libraries.driver.pointee
    var canAccess: Int32 = 0
    guard
      driver.cuDeviceCanAccessPeer(
        &canAccess, weft_cuda_device(other.ordinal), weft_cuda_device(ordinal)) == 0,
      canAccess != 0
    else { return }
    var access = weft_cuda_pool_access()
    access.location.type = Int32(WEFT_CUDA_POOL_ON_DEVICE)
    access.location.id = Int32(other.ordinal)
    access.flags = Int32(WEFT_CUDA_POOL_READ_AND_WRITE)
    _ = driver.cuMemPoolSetAccess(pool, &access, 1)
  }

  /// Gives memory back that no stream uses any more.
  func free(_ address: weft_cuda_address, _ byteCount: Int) {
    guard (try? activate()) != nil else { return }
    _ = libraries.driver.pointee.cuMemFreeAsync(address, stream)
    memory.withLock { $0.used -= max(byteCount, 1) }
  }

  /// Gives the pool's idle memory back to the device.
  func trim() {
    guard (try? activate()) != nil else { return }
    _ = libraries.driver.pointee.cuStreamSynchronize(stream)
    _ = libraries.driver.pointee.cuMemPoolTrimTo(pool, 0)
  }

  /// The bytes in use, and the most that ever were.
  var memoryUse: (used: Int, peak: Int) { memory.withLock { ($0.used, $0.peak) } }
}

extension CUDALibraries {
  /// The error of a call of the driver.
  func failure(_ status: Int32, _ call: String, on ordinal: Int? = nil) -> GraphError {
    let place = ordinal.map { " on /gpu:\($0)" } ?? ""
    return GraphError(
      status == WEFT_CUDA_OUT_OF_MEMORY ? .outOfMemory : .deviceFailed,
      "\(call)\(place): \(Self.describe(status, driver))")
  }

  /// The error of a call of the library of matrix products.
  func productFailure(_ status: Int32, _ call: String) -> GraphError {
    GraphError(.deviceFailed, "\(call): CUBLAS_STATUS \(status)")
  }
}
