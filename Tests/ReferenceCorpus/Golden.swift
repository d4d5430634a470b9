import Glibc

/// Compares a text with one that was recorded in `Tests/Fixtures/Golden`.
///
/// With `RECORD_GOLDEN=1` in the environment the file is rewritten instead; look at the difference
/// before committing it.
public enum Golden {
  /// The first line that differs from the recorded text, nil if there is none.
  public static func difference(_ text: String, _ file: String) throws -> String? {
    let path = "\(folder)/\(file)"
    let content = text + "\n"
    if getenv("RECORD_GOLDEN") != nil {
      try record(content, path)
      return nil
    }
    guard let recorded = read(path) else {
      return "there is no \(path): record it with RECORD_GOLDEN=1"
    }
    if recorded == content { return nil }
    let (old, new) = (lines(recorded), lines(content))
    let index = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let line = index ?? min(old.count, new.count)
    return "\(file), line \(line + 1): '\(line < new.count ? new[line] : "")' instead of "
      + "'\(line < old.count ? old[line] : "")'; RECORD_GOLDEN=1 records what is there now"
  }

  private static var folder: String {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures/Golden"
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += block[..<count]
    }
  }

  private static func record(_ text: String, _ path: String) throws {
    var parent = ""
    for part in path.split(separator: "/").dropLast() {
      parent += "/\(part)"
      mkdir(parent, 0o777)
    }
    guard let file = fopen(path, "w") else { throw GoldenFailure.cannotWrite(path) }
    defer { fclose(file) }
    guard fputs(text, file) >= 0 else { throw GoldenFailure.cannotWrite(path) }
  }
}

/// Why a golden text could not be recorded.
public enum GoldenFailure: Error {
  /// The file cannot be written.
  case cannotWrite(String)
}
