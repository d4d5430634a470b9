import Glibc

/// Files and folders.
public enum Path {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those above it.
  public static func createFolder(_ path: String) throws(ExampleError) {
    if path.isEmpty || isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try createFolder(String(path[..<slash]))
    }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST, isFolder(path) else {
      throw ExampleError("the folder '\(path)' cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// The first of the paths with `.gz` behind it, or without, that exists.
  static func file(_ stem: String, in folder: String) -> String? {
    ["\(folder)/\(stem).gz", "\(folder)/\(stem)"].first(where: exists)
  }
}
