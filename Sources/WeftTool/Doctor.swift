import ArgumentParser
import Glibc
import Weft
import WeftTensorFlow

/// `weft doctor`: what Weft finds on this machine.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what Weft finds on this machine.",
    discussion: """
      Vector instructions, threads and why so many, libraries with their versions and places, GPUs, and \
      whether computing works. Ends with status 1 if it does not.
      """)

  func run() throws {
    let device = CPUDevice.shared
    var rows = [
      ["vector instructions", CPUDevice.instructionSet + instructionReason],
      ["threads", "\(device.threadCount) (\(ThreadBudget().reason))"],
      ["devices", Devices.all.map(\.name).joined(separator: ", ") + ", /reference:0"],
    ]
    rows += Library.all.map { [$0.name, $0.found] }
    let gpus = Devices.all.compactMap { $0 as? CUDADevice }
    for gpu in gpus {
      let (model, memory, architecture) = gpu.description
      rows.append(["GPU \(gpu.name)", "\(model), \(memory >> 20) MB, sm_\(architecture)"])
    }
    if gpus.count > 1 { rows.append(["GPUs together", gpus[0].collectives]) }
    if let diagnosis = Devices.gpuDiagnosis { rows.append(["GPU", diagnosis.message]) }
    rows.append(["op types", "\(OperationCatalogue.standard.typeNames.count) of TensorFlow's"])
    for row in rows { show(row) }
    show(["checks", try check(device)])
  }

  private func show(_ row: [String]) {
    print(row[0] + String(repeating: " ", count: max(1, 21 - row[0].count)) + row[1])
  }

  private var instructionReason: String {
    getenv("WEFT_ISA").map { " (WEFT_ISA=\(String(cString: $0)))" }
      ?? ", the best of this processor"
  }

  /// A product and a factorisation, compared with the reference device.
  private func check(_ device: CPUDevice) throws -> String {
    let graph = Graph(seed: 1)
    let a = graph.randomNormal([37, 37], name: "a") as Node<Float>
    let product = matmul(a, a)
    let inverse = matmul(matrixInverse(a), a)
    let ours = try Session(graph, device: device)
    let (p, i) = try ours.run(product, inverse)
    ours.close()
    let (q, _) = try Session(graph, device: ReferenceDevice()).run(product, inverse)
    let worst = zip(p.scalars, q.scalars).map { abs($0 - $1) }.max() ?? 0
    let far = i.scalars.enumerated().map { abs($1 - ($0 / 37 == $0 % 37 ? 1 : 0)) }.max() ?? 0
    guard worst < 1e-3, far < 1e-2 else {
      throw GraphError(
        .evaluationFailed,
        "the CPU computes wrongly: a product is off by \(worst), an inverse by \(far)")
    }
    return "a product and an inverse agree with the reference"
  }
}

/// Where the number of threads comes from.
private struct ThreadBudget {
  var reason: String {
    for name in ["WEFT_THREADS", "OMP_NUM_THREADS"] {
      if let value = getenv(name) { return "\(name)=\(String(cString: value))" }
    }
    var parts = ["\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors online"]
    if let allowed { parts.append("affinity to \(allowed)") }
    parts.append(quota.map { "\($0) by the cgroup's quota" } ?? "no quota of a cgroup")
    return parts.joined(separator: ", ") + "; set OMP_NUM_THREADS for another number"
  }

  /// The processors that this process may use, as `0-1`.
  private var allowed: String? {
    let label = "Cpus_allowed_list:"
    let line = systemText("/proc/self/status").split(separator: "\n").first { $0.hasPrefix(label) }
    return line.map { String($0.dropFirst(label.count).drop { $0 == "\t" || $0 == " " }) }
  }

  /// The processors that the cgroup grants, where it limits them.
  private var quota: String? {
    let words = systemText("/sys/fs/cgroup/cpu.max").split { $0 == " " || $0 == "\n" }
    guard words.count == 2, let granted = Double(words[0]), let period = Double(words[1]),
      period > 0
    else { return nil }
    return "\((granted / period * 100).rounded() / 100)"
  }
}

/// A C library in this process.
private struct Library {
  let name: String
  /// A function of it.
  let symbol: String
  let version: (UnsafeMutableRawPointer) -> String

  private typealias TextFunction = @convention(c) () -> UnsafePointer<CChar>?
  private typealias NumberFunction = @convention(c) () -> UInt32

  static var all: [Library] {
    [
      Library(name: "OpenBLAS", symbol: "openblas_get_config", version: text),
      Library(name: "LAPACKE", symbol: "LAPACKE_sgetrf") { _ in "" },
      Library(name: "zlib", symbol: "zlibVersion", version: text),
      Library(name: "libpng", symbol: "png_access_version_number") { address in
        let number = unsafeBitCast(address, to: NumberFunction.self)()
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
      },
    ]
  }

  private static func text(_ address: UnsafeMutableRawPointer) -> String {
    unsafeBitCast(address, to: TextFunction.self)().map { String(cString: $0) } ?? ""
  }

  /// The version and the file.
  var found: String {
    guard let address = dlsym(nil, symbol) else { return "not found" }
    let path = file(at: UInt(bitPattern: address)) ?? "linked in"
    let version = version(address).split(separator: " ").joined(separator: " ")
    return version + (version.isEmpty ? path : " (\(path))")
  }

  /// The file that is mapped at an address.
  private func file(at address: UInt) -> String? {
    for line in systemText("/proc/self/maps").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 6, let dash = words[0].firstIndex(of: "-"),
        let start = UInt(words[0][..<dash], radix: 16),
        let end = UInt(words[0][words[0].index(after: dash)...], radix: 16)
      else { continue }
      if (start..<end).contains(address) { return String(words[5]) }
    }
    return nil
  }
}

/// What the system says in a file; empty where there is none.
private func systemText(_ path: String) -> String {
  guard let file = fopen(path, "r") else { return "" }
  defer { fclose(file) }
  var text: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 16_384)
  while case let count = fread(&part, 1, part.count, file), count > 0 { text += part[..<count] }
  return String(decoding: text, as: UTF8.self)
}
