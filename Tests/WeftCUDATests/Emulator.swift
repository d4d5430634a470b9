import CWeftCUDA
import Foundation
import Synchronization
import Testing
import Weft
import WeftCUDA

/// The emulated CUDA of the tests, built by clang at its first use. Each instance is a library of its
/// own, with its own devices, faults and counts.
final class Emulator: @unchecked Sendable {
  // Sendable: the library has a lock of its own.
  let path: String
  /// Where its own copy of the library lies.
  private let folder: String
  private let handle: UnsafeMutableRawPointer
  private let hasCollectives: Bool
  private let opened = Mutex<CUDALibraries?>(nil)

  /// Shared by all tests that only compute.
  static let shared = Result { try Emulator() }

  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  static let sources = root.appending(path: "Tests/CUDAEmulator")
  static let work = root.appending(path: ".build/cuda-emulator")

  init(_ settings: [String: String] = [:]) throws {
    let built = try Self.built.get()
    // The same file would be the same instance: a copy is another.
    let own = FileManager.default.temporaryDirectory.appending(
      path: "weft-cuda-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
    folder = own.path
    path = folder + "/emulator.so"
    hasCollectives = settings["nccl"] != "0"
    try FileManager.default.copyItem(atPath: built.path, toPath: path)
    handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL), "the emulator cannot be opened")
    set("cache", Self.work.appending(path: "kernels").path)
    set("include", Self.sources.path)
    set("clang", try Self.clang.get())
    for (name, value) in settings { set(name, value) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What the device opens: the one library under the names that are looked for. With the setting
  /// `"nccl": "0"` there is no NCCL.
  var libraries: CUDALibraries {
    get throws {
      for name in ["libcuda", "libnvrtc", "libcublasLt"] + (hasCollectives ? ["libnccl"] : []) {
        let link = "\(folder)/\(name).so"
        if FileManager.default.fileExists(atPath: link) { continue }
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      }
      // Devices work together only if they are of the same libraries.
      return try opened.withLock { opened in
        let libraries =
          try opened ?? CUDALibraries(search: CUDASearch(paths: [folder], isExclusive: true))
        opened = libraries
        return libraries
      }
    }
  }

  func device(
    _ ordinal: Int = 0, options: CUDAOptions? = nil, host: (any Device)? = CPUDevice.shared
  ) throws -> CUDADevice {
    var options = options ?? CUDAOptions(batchSize: 1)
    options.cache = nil
    return try CUDADevice(libraries: libraries, ordinal: ordinal, options: options, host: host)
  }

  func set(_ name: String, _ value: String) {
    typealias Function = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
    function("emulator_set", as: Function.self)(name, value)
  }

  /// The n-th next call of an entry point ends in that status.
  func fail(_ call: String, _ n: Int = 1, _ status: Int32) {
    typealias Function = @convention(c) (UnsafePointer<CChar>, Int, Int32) -> Void
    function("emulator_fail", as: Function.self)(call, n, status)
  }

  func clearFaults() { function("emulator_clear_faults", as: (@convention(c) () -> Void).self)() }

  func calls(_ name: String) -> Int {
    typealias Function = @convention(c) (UnsafePointer<CChar>) -> Int
    return function("emulator_calls", as: Function.self)(name)
  }

  /// What is alive, as `stream 1, module 2`; empty if nothing.
  var alive: String {
    typealias Function = @convention(c) () -> UnsafePointer<CChar>
    return String(cString: function("emulator_alive", as: Function.self)())
  }

  /// What the emulator said last.
  var message: String {
    typealias Function = @convention(c) () -> UnsafePointer<CChar>
    return String(cString: function("emulator_message", as: Function.self)())
  }

  private func function<F>(_ name: String, as _: F.Type) -> F {
    unsafeBitCast(dlsym(handle, name), to: F.self)
  }

  /// The compiler beside the one that compiled this.
  static let clang = Result { () throws -> String in
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let found = path.split(separator: ":").map { "\($0)/clang++" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    return try #require(found, "no clang++ in PATH, which the emulator needs")
  }

  private static let built = Result { () throws -> URL in
    let files = try FileManager.default.contentsOfDirectory(
      at: sources, includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for file in files {
      for byte in try Data(contentsOf: file) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    let library = work.appending(path: "emulator-\(String(hash, radix: 16)).so")
    if FileManager.default.fileExists(atPath: library.path) { return library }
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    let temporary = work.appending(path: "emulator-\(getpid()).so")
    let process = Process()
    process.executableURL = URL(filePath: try clang.get())
    process.arguments =
      ["-std=c++20", "-O1", "-fPIC", "-shared", "-Wall", "-Werror", "-o", temporary.path]
      + files.filter { $0.pathExtension == "cpp" }.map(\.path)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "the emulator does not compile")
    try FileManager.default.moveItem(at: temporary, to: library)
    return library
  }
}
