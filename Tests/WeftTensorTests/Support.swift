import Foundation
import WeftTensor

/// Reproducible numbers for tests (SplitMix64).
struct TestNumbers {
  var state: UInt64

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }
}

/// A folder that lives as long as the body runs.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// The judge of everything about NumPy.
enum NumPy {
  static let isAvailable = (try? run("import numpy")) != nil

  /// NumPy 2.3 changed which numbers it prints in scientific style.
  static let printsAsToday =
    (try? run(
      "import numpy; assert numpy.lib.NumpyVersion(numpy.__version__) >= '2.3.0'")) != nil

  struct Failure: Error { var output: String }

  /// What a Python script prints.
  @discardableResult
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let printed = String(decoding: text, as: UTF8.self)
    guard process.terminationStatus == 0 else { throw Failure(output: printed) }
    return printed
  }
}
