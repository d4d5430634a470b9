import CWeftCUDA
import WeftDevice

/// NVRTC: from CUDA C to the machine code of one architecture, with no GPU needed.
struct KernelCompiler: Sendable {
  /// What a program is compiled to.
  enum Target: Hashable {
    /// Machine code, of the GPU's own architecture or an older one of the same major version, which it
    /// runs too.
    case machine(Int)
    /// PTX, which the driver compiles further: for GPUs newer than the compiler.
    case assembly(Int)

    /// The best for a GPU of what a compiler makes; nil if the GPU is too old for it.
    init?(for architecture: Int, of supported: [Int]) {
      guard let nearest = supported.filter({ $0 <= architecture }).max() else { return nil }
      self =
        nearest / 10 == architecture / 10 ? .machine(nearest) : .assembly(nearest)
    }

    fileprivate var option: String {
      switch self {
      case .machine(let architecture): "--gpu-architecture=sm_\(architecture)"
      case .assembly(let architecture): "--gpu-architecture=compute_\(architecture)"
      }
    }
  }

  let libraries: CUDALibraries
  /// Nil if the compiler makes nothing for the GPU.
  let target: Target?
  /// The GPU's, as 90 for 9.0.
  let architecture: Int

  init(libraries: CUDALibraries, architecture: Int) {
    self.libraries = libraries
    self.architecture = architecture
    var count: Int32 = 0
    _ = libraries.nvrtc.pointee.nvrtcGetNumSupportedArchs(&count)
    var supported = [Int32](repeating: 0, count: max(Int(count), 0))
    let status = libraries.nvrtc.pointee.nvrtcGetSupportedArchs(&supported)
    // A compiler that does not say what it makes is asked for what is wanted.
    target =
      status != 0 || supported.isEmpty
      ? .machine(architecture) : Target(for: architecture, of: supported.map { Int($0) })
  }

  /// How everything is compiled. Products and sums are not contracted: results are those of the
  /// reference device; where speed asks for it, a kernel says `fmaf`.
  var options: [String] {
    [(target ?? .machine(architecture)).option, "--std=c++17", "--fmad=false"]
  }

  /// What the image of a program depends on.
  func key(_ source: String) -> String {
    var hash = StableHash()
    hash.add(source)
    for option in options { hash.add(option) }
    hash.add("\(libraries.compilerVersion)")
    hash.add("\(libraries.driverVersion)")
    return hash.digits
  }

  /// The machine code of a program.
  ///
  /// Throws ``GraphError`` with the compiler's own words: a fault of a kernel.
  func compile(_ source: String) throws(GraphError) -> [UInt8] {
    let nvrtc = libraries.nvrtc.pointee
    guard let target else {
      let version = libraries.compilerVersion
      throw GraphError(
        .unavailableDevice,
        "libnvrtc \(version.major).\(version.minor) makes nothing for compute capability "
          + "\(architecture / 10).\(architecture % 10)",
        notes: ["an older libnvrtc does: name its folder in WEFT_CUDA_PATH"])
    }
    func require(_ status: Int32, _ call: String) throws(GraphError) {
      guard status != 0 else { return }
      let word = nvrtc.nvrtcGetErrorString(status).map { String(cString: $0) } ?? "\(status)"
      throw GraphError(.deviceFailed, "\(call): \(word)")
    }
    var program: weft_nvrtc_program?
    try require(
      nvrtc.nvrtcCreateProgram(&program, source, "weft.cu", 0, nil, nil), "nvrtcCreateProgram")
    defer { _ = nvrtc.nvrtcDestroyProgram(&program) }
    let status = withCStrings(options) { nvrtc.nvrtcCompileProgram(program, Int32($1), $0) }
    if status != 0 {
      var size = 0
      _ = nvrtc.nvrtcGetProgramLogSize(program, &size)
      var log = [CChar](repeating: 0, count: size + 1)
      _ = nvrtc.nvrtcGetProgramLog(program, &log)
      let text = String(
        decoding: log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw GraphError(
        .deviceFailed, "nvrtcCompileProgram: a kernel does not compile: \(text)",
        notes: ["this is a fault of Weft; please report it"])
    }
    var size = 0
    var image: [UInt8] = []
    func fill(
      _ function: (weft_nvrtc_program?, UnsafeMutablePointer<CChar>?) -> Int32, _ call: String
    ) throws(GraphError) {
      image = [UInt8](repeating: 0, count: size)
      let status = image.withUnsafeMutableBytes {
        function(program, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
      }
      try require(status, call)
    }
    switch target {
    case .machine:
      try require(nvrtc.nvrtcGetCUBINSize(program, &size), "nvrtcGetCUBINSize")
      try fill(nvrtc.nvrtcGetCUBIN, "nvrtcGetCUBIN")
    case .assembly:
      try require(nvrtc.nvrtcGetPTXSize(program, &size), "nvrtcGetPTXSize")
      try fill(nvrtc.nvrtcGetPTX, "nvrtcGetPTX")
    }
    return image
  }
}

/// Calls with the strings as C has them.
private func withCStrings<R>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?, Int) -> R
) -> R {
  let bytes = strings.flatMap { Array($0.utf8CString) }
  return bytes.withUnsafeBufferPointer { bytes in
    var start = 0
    var pointers: [UnsafePointer<CChar>?] = []
    for string in strings {
      pointers.append(bytes.baseAddress.map { $0 + start })
      start += string.utf8.count + 1
    }
    return pointers.withUnsafeBufferPointer { body($0.baseAddress, strings.count) }
  }
}
