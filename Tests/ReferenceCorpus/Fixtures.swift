import Foundation

private let testsFolder = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent()

/// The folder of reference material beside the package, or where `WEFT_SHARED` says; nil without one.
public let sharedReference: URL? = {
  let named = ProcessInfo.processInfo.environment["WEFT_SHARED"].map { URL(filePath: $0) }
  let beside = testsFolder.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared")
  let folder = (named ?? beside).appending(path: "reference")
  let isThere = FileManager.default.fileExists(
    atPath: folder.appending(path: "ops_public/manifest.json").path)
  return isThere ? folder : nil
}()

/// A file among the tests' fixtures.
public func fixture(_ name: String) -> URL {
  testsFolder.appending(path: "Fixtures").appending(path: name)
}

/// Whether golden files are to be written anew: `RECORD_GOLDEN=1 swift test`.
public let recordsGoldenFiles = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1"

/// What differs between a text and the golden file of that name, or nil if nothing. With
/// `RECORD_GOLDEN=1` the file is written instead.
public func goldenMismatch(_ text: String, _ name: String) throws -> String? {
  let file = fixture("Golden").appending(path: name)
  let whole = text + "\n"
  if recordsGoldenFiles {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try whole.write(to: file, atomically: true, encoding: .utf8)
    return nil
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  if golden == whole { return nil }
  let now = whole.split(separator: "\n", omittingEmptySubsequences: false)
  let then = golden.split(separator: "\n", omittingEmptySubsequences: false)
  let line =
    zip(now, then).enumerated().first { $1.0 != $1.1 }?.offset ?? min(now.count, then.count)
  func shown(_ lines: [Substring]) -> Substring { line < lines.count ? lines[line] : "(nothing)" }
  return """
    \(name) differs in line \(line + 1)
    is:     \(shown(now))
    golden: \(shown(then))
    """
}
