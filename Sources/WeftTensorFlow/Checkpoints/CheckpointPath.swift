import Glibc
import WeftOps

/// The names of a checkpoint's files.
enum CheckpointPath {
  static func index(_ prefix: String) -> String { prefix + ".index" }

  static func data(_ prefix: String, shard: Int, of count: Int) -> String {
    "\(prefix).data-\(fiveDigits(shard))-of-\(fiveDigits(count))"
  }

  private static func fiveDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// The name of the file that lists a folder's checkpoints.
  static let stateName = "checkpoint"

  /// The part of a path before its last component, with the slash; empty where there is none.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// The last component of a path.
  static func name(of path: String) -> String { String(path.dropFirst(folder(of: path).count)) }

  static func isFile(_ path: String) -> Bool { kind(path) == S_IFREG }
  static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }

  private static func kind(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  /// The names in a folder, in order; none if it cannot be read.
  static func contents(of folder: String) -> [String] {
    guard let stream = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A data file's name without `.data-00000-of-00001`; nil for another name.
  static func prefix(ofDataFile path: String) -> String? {
    // The part behind the prefix has a fixed length in all but absurd numbers of shards.
    let suffix = Array(path.utf8.suffix(20))
    let pattern = Array(".data-00000-of-00000".utf8)
    guard suffix.count == pattern.count, path.utf8.count > pattern.count,
      zip(suffix, pattern).allSatisfy({
        $1 == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) : $0 == $1
      })
    else { return nil }
    return String(path.dropLast(pattern.count))
  }

  /// The prefix of the checkpoint that a path means: the prefix itself, one of its files, the folder's
  /// `checkpoint` file, or the folder.
  static func prefix(for path: String) throws(CheckpointError) -> String {
    if isFolder(path) { return try latest(in: path.hasSuffix("/") ? path : path + "/", path) }
    for suffix in [".index", ".meta"] where path.hasSuffix(suffix) && path.count > suffix.count {
      return try existing(String(path.dropLast(suffix.count)), path)
    }
    if let prefix = prefix(ofDataFile: path) { return try existing(prefix, path) }
    if name(of: path) == stateName, isFile(path), !isFile(index(path)) {
      return try latest(in: folder(of: path), path)
    }
    return try existing(path, path)
  }

  private static func latest(in folder: String, _ path: String) throws(CheckpointError) -> String {
    guard let state = try CheckpointState.read(in: folder), let latest = state.latest else {
      throw CheckpointError(
        .notFound, "there is no checkpoint in '\(path)': it has no file '\(stateName)'",
        notes: suggestions(in: folder))
    }
    return try existing(latest, path)
  }

  private static func existing(_ prefix: String, _ path: String) throws(CheckpointError) -> String {
    if isFile(index(prefix)) { return prefix }
    if isFile(prefix), prefix == path {
      throw CheckpointError(
        .unsupported, "'\(path)' is no V2 checkpoint: beside it is no '\(index(prefix))'",
        notes: ["the older format of one file can be converted by TensorFlow's Saver"])
    }
    throw CheckpointError(
      .notFound, "there is no checkpoint '\(prefix)': '\(index(prefix))' does not exist",
      notes: suggestions(in: folder(of: prefix)))
  }

  private static func suggestions(in folder: String) -> [String] {
    let known = contents(of: folder).filter { $0.hasSuffix(".index") }.map { $0.dropLast(6) }
    guard !known.isEmpty else { return [] }
    let shown = known.suffix(8).map { "'\($0)'" }.joined(separator: ", ")
    return ["there are: \(shown)\(known.count > 8 ? " and \(known.count - 8) more" : "")"]
  }
}
