import CWeftKernels
import COpenBLAS
import Synchronization

/// The host's processors: our own products and vector loops over one pool of threads; LAPACK over
/// OpenBLAS for factorisations.
public final class CPUDevice: Device {
  public let name: String
  let pool: ThreadPool

  /// The CPU.
  ///
  /// - Parameter threads: how many threads to use; nil stands for `WEFT_THREADS`, `OMP_NUM_THREADS`,
  ///   the affinity mask and the cgroup's quota, whichever says least.
  public init(name: String = "/cpu:0", threads: Int? = nil) {
    self.name = name
    // One budget: the threads are our pool's.
    openblas_set_num_threads(1)
    pool = ThreadPool(threads: threads ?? Int(weft_cpu_budget()))
  }

  /// The number of threads.
  public var threadCount: Int { pool.count }

  /// The vector instructions in use: `avx512`, `avx2` or `baseline`.
  public static var instructionSet: String {
    ["baseline", "avx2", "avx512"][Int(min(max(weft_instruction_set(), 0), 2))]
  }

  public func allocate(byteCount: Int) throws(GraphError) -> any DeviceMemory {
    try HostMemory(byteCount: byteCount)
  }

  public func compile(_ plan: ExecutionPlan, resources: ProgramResources) throws(GraphError)
    -> any DeviceProgram
  {
    try CPUProgram(plan: plan, resources: resources, pool: pool)
  }

  public func receive(_ copies: [MemoryCopy]) -> Bool { HostMemory.copy(copies) }
}

/// The pool of threads, kept as long as a program needs it.
final class ThreadPool: @unchecked Sendable {
  // Sendable: the C pool may be used from any thread.
  let pointer: OpaquePointer?
  let count: Int

  init(threads: Int) {
    pointer = weft_pool_create(Int32(clamping: threads))
    count = Int(weft_pool_threads(pointer))
  }

  deinit { weft_pool_destroy(pointer) }
}
