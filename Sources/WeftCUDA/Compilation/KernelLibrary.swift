import CWeftCUDA
import Synchronization
import WeftDevice

/// The kernels that are loaded on a GPU, each compiled at its first use.
final class KernelLibrary: Sendable {
  private let context: CUDAContext
  private let compiler: KernelCompiler
  private let cache: KernelCache?
  private let batchSize: Int
  private let state = Mutex(State())

  private struct State: @unchecked Sendable {
    // Sendable: handles of the driver, which any thread may use.
    var modules: [weft_cuda_module] = []
    var moduleOf: [KernelUnit: weft_cuda_module] = [:]
    var functions: [String: weft_cuda_function] = [:]
    var compiled = 0
  }

  init(_ context: CUDAContext, cache: KernelCache?, batchSize: Int) {
    self.context = context
    self.cache = cache
    self.batchSize = max(batchSize, 1)
    compiler = KernelCompiler(libraries: context.libraries, architecture: context.architecture)
  }

  deinit {
    guard (try? context.activate()) != nil else { return }
    for module in state.withLock({ $0.modules }) {
      _ = context.libraries.driver.pointee.cuModuleUnload(module)
    }
  }

  /// Loads units that are not loaded yet, several to a program: a program costs more than a kernel.
  func load(_ units: [KernelUnit]) throws(GraphError) {
    try state.withLock { (state) throws(GraphError) in
      var wanted: [KernelUnit] = []
      for unit in units where state.moduleOf[unit] == nil && !wanted.contains(unit) {
        wanted.append(unit)
      }
      try context.activate()
      for start in stride(from: 0, to: wanted.count, by: batchSize) {
        let batch = Array(wanted[start..<min(start + batchSize, wanted.count)])
        let module = try load(batch, &state)
        for unit in batch { state.moduleOf[unit] = module }
      }
    }
  }

  private func load(_ batch: [KernelUnit], _ state: inout State) throws(GraphError)
    -> weft_cuda_module
  {
    let source = KernelUnit.program(batch)
    let key = compiler.key(source)
    if let image = cache?.image(for: key), let module = try? module(image) {
      state.modules.append(module)
      return module
    }
    let image = try compiler.compile(source)
    state.compiled += 1
    cache?.store(image, for: key)
    let made = try module(image)
    state.modules.append(made)
    return made
  }

  private func module(_ image: [UInt8]) throws(GraphError) -> weft_cuda_module {
    var module: weft_cuda_module?
    let status = image.withUnsafeBytes {
      context.libraries.driver.pointee.cuModuleLoadData(&module, $0.baseAddress)
    }
    try context.check(status, "cuModuleLoadData")
    guard let module else { throw context.libraries.failure(0, "cuModuleLoadData") }
    return module
  }

  /// A kernel of a loaded unit.
  func function(_ name: String, of unit: KernelUnit, sharedByteCount: Int) throws(GraphError)
    -> weft_cuda_function
  {
    let entry = unit.entry(name)
    return try state.withLock { (state) throws(GraphError) -> weft_cuda_function in
      if let function = state.functions[entry] { return function }
      guard let module = state.moduleOf[unit] else {
        throw GraphError(.invalidState, "the kernels of \(unit.name) are not loaded")
      }
      let driver = context.libraries.driver.pointee
      var function: weft_cuda_function?
      try context.check(
        driver.cuModuleGetFunction(&function, module, entry), "cuModuleGetFunction(\(entry))")
      guard let function else { throw context.libraries.failure(0, "cuModuleGetFunction") }
      if sharedByteCount > 48 << 10 {
        try context.check(
          driver.cuFuncSetAttribute(
            function, Int32(WEFT_CUDA_FUNCTION_DYNAMIC_SHARED), Int32(sharedByteCount)),
          "cuFuncSetAttribute")
      }
      state.functions[entry] = function
      return function
    }
  }

  /// The units that are loaded.
  var units: [KernelUnit] { state.withLock { Array($0.moduleOf.keys) } }

  /// How many programs were compiled because no cache had them.
  var compiledCount: Int { state.withLock { $0.compiled } }
}
