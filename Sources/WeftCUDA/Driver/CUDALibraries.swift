import CWeftCUDA
import Glibc
import WeftDevice

/// NVIDIA's driver, its compiler of CUDA C and its matrix products, opened while the program runs.
public final class CUDALibraries: @unchecked Sendable {
  // Sendable: tables of functions that may be called from any thread, never written after init. The
  // libraries stay open for the life of the process.
  let driver: UnsafePointer<weft_cuda_driver>
  let nvrtc: UnsafePointer<weft_nvrtc>
  let lt: UnsafePointer<weft_lt>
  /// What several GPUs do together.
  let collectives: CUDACollectives
  /// The CUDA version that the driver supports, as 13000 for 13.0.
  public let driverVersion: Int
  /// The version of the compiler.
  public let compilerVersion: (major: Int, minor: Int)
  /// The number of GPUs that `CUDA_VISIBLE_DEVICES` lets the process see.
  public let deviceCount: Int

  /// Opens the libraries and checks that they fit each other.
  ///
  /// Throws ``GraphError`` with the reason why there is no GPU: a library that is missing, a driver
  /// that is too old for the compiler, no device.
  public init(search: CUDASearch = CUDASearch()) throws(GraphError) {
    let driver = try Self.open("libcuda", search.candidates("libcuda"), weft_cuda_driver_open) {
      Self.unavailable("no NVIDIA driver: \($0)")
    }
    self.driver = UnsafePointer(driver)
    let status = driver.pointee.cuInit(0)
    guard status == 0 else {
      let hint =
        status == WEFT_CUDA_NO_DEVICE ? "; the driver sees no device (CUDA_VISIBLE_DEVICES?)" : ""
      throw Self.unavailable(
        "cuInit: \(Self.describe(status, driver))\(hint)")
    }
    var version: Int32 = 0
    _ = driver.pointee.cuDriverGetVersion(&version)
    driverVersion = Int(version)
    var count: Int32 = 0
    _ = driver.pointee.cuDeviceGetCount(&count)
    deviceCount = Int(count)
    guard count > 0 else { throw Self.unavailable("the driver sees no device") }

    let supported = driverVersion
    let nvrtc = try Self.open(
      "libnvrtc", search.candidates("libnvrtc", wheel: Self.wheels("cuda_nvrtc")), weft_nvrtc_open,
      refusal: { table in
        Self.refusal(
          of: "libnvrtc", Self.version(of: table), driver: supported,
          file: Self.path(of: table.pointee.handle, symbol: "nvrtcVersion"))
      }
    ) { Self.unavailable("no compiler: \($0)") }
    self.nvrtc = UnsafePointer(nvrtc)
    let (major, minor) = Self.version(of: nvrtc)
    compilerVersion = (major, minor)
    let file = Self.path(of: nvrtc.pointee.handle, symbol: "nvrtcVersion") ?? "libnvrtc"
    let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    weft_nvrtc_open_builtins(
      nvrtc,
      folder.joined(separator: "/") + "/libnvrtc-builtins.so.\(major).\(minor)")
    lt = UnsafePointer(
      try Self.open(
        "libcublasLt", search.candidates("libcublasLt", wheel: Self.wheels("cublas")),
        weft_lt_open,
        refusal: { table in
          // As 130002 for 13.0.2.
          let version = Int(table.pointee.cublasLtGetVersion())
          return Self.refusal(
            of: "libcublasLt", (version / 10_000, version / 100 % 100), driver: supported,
            file: Self.path(of: table.pointee.handle, symbol: "cublasLtGetVersion"))
        }
      ) { Self.unavailable("no matrix products: \($0)") })
    collectives = CUDACollectives(search: search)
  }

  private static func version(of nvrtc: UnsafeMutablePointer<weft_nvrtc>) -> (
    major: Int, minor: Int
  ) {
    var (major, minor): (Int32, Int32) = (0, 0)
    _ = nvrtc.pointee.nvrtcVersion(&major, &minor)
    return (Int(major), Int(minor))
  }

  /// Why a driver cannot work with a library; nil if it can: its major version is that of the library,
  /// or a newer one. What NVIDIA builds with a newer minor version runs on an older driver too.
  static func refusal(
    of library: String, _ version: (major: Int, minor: Int), driver: Int, file: String?
  ) -> String? {
    guard driver / 1000 < version.major else { return nil }
    return "the driver supports CUDA up to \(driver / 1000).\(driver % 1000 / 10), "
      + "but \(library) is \(version.major).\(version.minor) (\(file ?? library))"
  }

  /// The error of a GPU that is not there, in one wording.
  static func unavailable(_ reason: String) -> GraphError {
    GraphError(.unavailableDevice, "GPU unavailable: \(reason)")
  }

  private static func wheels(_ name: String) -> [String] { ["cu13", "cu12", name] }

  /// Opens the first that can be opened.
  static func open<Table>(
    _ stem: String, _ candidates: [String],
    _ function: (UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int)
      -> UnsafeMutablePointer<Table>?,
    refusal: (UnsafeMutablePointer<Table>) -> String? = { _ in nil },
    _ error: (String) -> GraphError
  ) throws(GraphError) -> UnsafeMutablePointer<Table> {
    var refused: String?
    var reason = "\(stem).so is in none of the folders that are searched (see WEFT_CUDA_PATH)"
    var message = [CChar](repeating: 0, count: 512)
    for candidate in candidates {
      if let table = function(candidate, &message, message.count) {
        // Of several versions on a machine the first may be too new for the driver.
        guard let why = refusal(table) else { return table }
        refused = refused ?? why
        continue
      }
      // A file that is there and cannot be used tells more than a name that is not found.
      if candidate.contains("/") { reason = text(message) }
    }
    if let refused { throw unavailable(refused) }
    throw error(reason)
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func path(of handle: UnsafeMutableRawPointer?, symbol: String) -> String? {
    guard let address = dlsym(handle, symbol), let path = weft_library_path(address) else {
      return nil
    }
    return String(cString: path)
  }

  /// `CUDA_ERROR_OUT_OF_MEMORY (out of memory)`.
  static func describe(_ status: Int32, _ driver: UnsafePointer<weft_cuda_driver>) -> String {
    var (name, sentence): (UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (nil, nil)
    _ = driver.pointee.cuGetErrorName(status, &name)
    _ = driver.pointee.cuGetErrorString(status, &sentence)
    let code = name.map { String(cString: $0) } ?? "error \(status)"
    return code + (sentence.map { " (\(String(cString: $0)))" } ?? "")
  }

  static func describe(
    _ status: Int32, _ driver: UnsafeMutablePointer<weft_cuda_driver>
  ) -> String {
    describe(status, UnsafePointer(driver))
  }
}
