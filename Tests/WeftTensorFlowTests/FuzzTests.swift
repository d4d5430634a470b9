import Foundation
import Testing

/// Damaged files of each format end in errors or values: never in a trap, a hang, or memory without
/// bounds. `make fuzz` tries more of them.
@Suite struct FuzzTests {
  @Test(arguments: [
    "graph-binary", "graph-text", "graph-run", "checkpoint-index", "checkpoint-data", "npy", "npz",
    "safetensors", "idx", "png", "events",
  ])
  func damagedFilesAreErrorsOrValues(_ format: String) throws {
    let count = format.hasPrefix("graph") ? 150 : 400
    let outcome = try runProduct(
      "weft-fuzz", ["--format", format, "--count", "\(count)", "--seed", "20"])
    #expect(outcome.status == 0, "\(outcome.printed)")
    #expect(outcome.printed.contains("\(count) inputs"))
  }

  @Test func everyFormatIsTried() throws {
    let outcome = try runProduct("weft-fuzz", ["--list"])
    #expect(outcome.printed.split(separator: "\n").count == 11)
  }
}

/// Runs an executable of the package that stands beside the tests.
func runProduct(_ name: String, _ arguments: [String]) throws -> (status: Int32, printed: String) {
  let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()
  let process = Process()
  process.executableURL = folder.appending(path: name)
  process.arguments = arguments
  let output = Pipe()
  process.standardOutput = output
  process.standardError = output
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: text, as: UTF8.self))
}
