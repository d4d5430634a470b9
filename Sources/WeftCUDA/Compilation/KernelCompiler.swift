import CWeftCUDA
import WeftDevice

/// NVRTC: from CUDA C to the machine code of one architecture, with no GPU needed.
struct KernelCompiler: Sendable {
  let libraries: CUDALibraries
  /// As 90 for 9.0.
  let architecture: Int

  /// How everything is compiled. Products and sums are not contracted: results are those of the
  /// reference device; where speed asks for it, a kernel says `fmaf`.
  var options: [String] {
    ["--gpu-architecture=sm_\(architecture)", "--std=c++17", "--fmad=false"]
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
    try require(nvrtc.nvrtcGetCUBINSize(program, &size), "nvrtcGetCUBINSize")
    var image = [UInt8](repeating: 0, count: size)
    let copied = image.withUnsafeMutableBytes {
      nvrtc.nvrtcGetCUBIN(program, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
    }
    try require(copied, "nvrtcGetCUBIN")
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
