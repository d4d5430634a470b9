import Glibc

/// Folders of checkpoints.
enum CheckpointFolder {
  /// Makes a folder and those above it; an empty path is the present folder.
  static func create(_ folder: String) throws(CheckpointError) {
    var path = folder
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if path.isEmpty || CheckpointPath.isFolder(path) { return }
    try create(CheckpointPath.folder(of: path))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST, CheckpointPath.isFolder(path) else {
      throw CheckpointError(
        .inputOutput, "the folder '\(path)' cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// Removes temporary files of checkpoints whose writer is no longer running.
  ///
  /// They are called `model-3000.index.4711.123456.0.tmp`, 4711 being the process.
  static func removeAbandoned(in folder: String) {
    for name in CheckpointPath.contents(of: folder) where name.hasSuffix(".tmp") {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count > 4, let process = Int32(parts[parts.count - 4]), process > 1,
        Int(parts[parts.count - 3]) != nil, Int(parts[parts.count - 2]) != nil
      else { continue }
      let target = parts.dropLast(4).joined(separator: ".")
      guard
        target.hasSuffix(".index") || target == CheckpointPath.stateName
          || CheckpointPath.prefix(ofDataFile: target) != nil
      else { continue }
      if kill(process, 0) != 0, errno == ESRCH { unlink(folder + name) }
    }
  }
}
